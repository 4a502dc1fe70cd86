using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SseFunctions.Benchmarks.Server;

/// <summary>A model whose words are the times at which it says them, so that a viewer can measure how old each word is:
/// values of <see cref="Stopwatch.GetTimestamp"/>, which are the same clock in all processes of a machine.</summary>
internal sealed class SpeakingModel : IChatClient
{
    /// <summary>The environment variable with the number of words in a second and of words in a turn:
    /// <c>40,400</c>.</summary>
    public const string Setting = "BENCHMARK_MODEL";

    private readonly int _wordsPerSecond;
    private readonly int _words;

    private SpeakingModel(int wordsPerSecond, int words) => (_wordsPerSecond, _words) = (wordsPerSecond, words);

    /// <summary>Returns the model that the environment asks for; null if it asks for none.</summary>
    public static SpeakingModel? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Setting)?.Split(',') is [var rate, var words]
            ? new SpeakingModel(
                int.Parse(rate, CultureInfo.InvariantCulture), int.Parse(words, CultureInfo.InvariantCulture))
            : null;

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var started = Stopwatch.GetTimestamp();
        for (var word = 0; word < _words; word++)
        {
            var due = TimeSpan.FromSeconds((double)word / _wordsPerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero) await Task.Delay(due, cancellationToken);
            var text = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()} ");
            yield return new ChatResponseUpdate(ChatRole.Assistant, text);
        }
        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }
}
