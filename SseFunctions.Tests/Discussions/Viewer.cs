using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Tests.Discussions;

/// <summary>What a page makes of the events of a discussion, as docs/discussions.md tells its writers. Fails when an
/// event does not fit to those before.</summary>
internal sealed class Viewer
{
    private readonly List<StringBuilder> _turns = [];
    private readonly List<int> _attempts = [];
    private readonly List<bool> _ended = [];

    /// <summary>The id with which the viewer resumes.</summary>
    public string? LastId { get; private set; }

    /// <summary>The type of the final event; null before it.</summary>
    public string? End { get; private set; }

    /// <summary>How many times the viewer got a snapshot.</summary>
    public int Snapshots { get; private set; }

    /// <summary>The number of turns, the open one included.</summary>
    public int Turns => _turns.Count;

    public IReadOnlyList<string> Texts => [.. _turns.Select(turn => $"{turn}")];

    /// <summary>Takes an event.</summary>
    public void Take(SseItem<string> next)
    {
        Assert.Null(End);
        if (next.EventId is { Length: > 0 } id)
        {
            Assert.NotEqual(LastId, id);
            LastId = id;
        }
        using var data = JsonDocument.Parse(next.Data);
        var root = data.RootElement;
        switch (next.EventType)
        {
            case "snapshot":
                Snapshots++;
                Replace(root);
                break;
            case "turn.started":
                Assert.Equal(_turns.Count + 1, Number(root, "turn"));
                Add("", Number(root, "attempt"), false);
                break;
            case "turn.delta":
                AssertOpen(root);
                // The log gives every event once and in order, so a client never needs to drop or to wait.
                Assert.Equal(_turns[^1].Length, Number(root, "at"));
                _turns[^1].Append(root.GetProperty("text").GetString());
                break;
            case "turn.restarted":
                Assert.False(_ended[^1]);
                Assert.Equal(_attempts[^1] + 1, Number(root, "attempt"));
                _turns[^1].Clear();
                _attempts[^1]++;
                break;
            case "turn.completed":
                AssertOpen(root);
                Assert.Equal($"{_turns[^1]}", root.GetProperty("text").GetString());
                _ended[^1] = true;
                break;
            case "turn.failed":
                _turns.RemoveAt(_turns.Count - 1);
                break;
            case "discussion.completed" or "discussion.cancelled" or "discussion.failed":
                End = next.EventType;
                break;
            default:
                Assert.StartsWith("discussion.", next.EventType, StringComparison.Ordinal);
                break;
        }
    }

    private void Replace(JsonElement root)
    {
        _turns.Clear();
        _attempts.Clear();
        _ended.Clear();
        foreach (var turn in root.GetProperty("turns").EnumerateArray())
        {
            Add(
                turn.GetProperty("text").GetString() ?? "",
                Number(turn, "attempt"),
                turn.TryGetProperty("finish", out _));
        }
        var state = root.GetProperty("state").GetString();
        if (state is "completed" or "cancelled" or "failed") End = $"discussion.{state}";
    }

    private void Add(string text, int attempt, bool isEnded)
    {
        _turns.Add(new StringBuilder(text));
        _attempts.Add(attempt);
        _ended.Add(isEnded);
    }

    private void AssertOpen(JsonElement root)
    {
        Assert.Equal(_turns.Count, Number(root, "turn"));
        Assert.Equal(_attempts[^1], Number(root, "attempt"));
        Assert.False(_ended[^1]);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
