using System.Globalization;
using Microsoft.Extensions.Options;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>The limits that all discussions of the app share: how many start within a minute and speak at the same
/// time, and how many tokens they take in a day. Thread-safe.</summary>
internal sealed class Budget(ISharedCounts counts, IOptions<DiscussionOptions> options, TimeProvider time)
{
    private const string All = "discussions";

    // A place expires this long after it was taken or last renewed. So a started discussion keeps its place for this
    // long until its first viewer comes.
    private static readonly TimeSpan PlaceDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeepCounter = TimeSpan.FromDays(2);

    private readonly DiscussionOptions _options = options.Value;

    /// <summary>Takes a place for a new discussion, if its client has not started too many within the last minute.
    /// </summary>
    /// <inheritdoc cref="TryEnterAsync"/>
    public async Task<string?> TryStartAsync(string id, string owner, CancellationToken cancellationToken)
    {
        if (await TryEnterAsync(id, owner, cancellationToken) is { } reached) return reached;
        if (_options.MaxStartsPerMinute == 0) return null;
        // Nobody leaves this room: each start stays in it for a minute.
        KeyValuePair<string, int>[] room = [new($"{All}:starts:{owner}", _options.MaxStartsPerMinute)];
        if (await counts.TryEnterAsync(room, id, Minute, cancellationToken) is null) return null;
        await LeaveAsync(id, owner);
        return nameof(DiscussionOptions.MaxStartsPerMinute);
    }

    /// <summary>Takes a place for a discussion, or renews the place that it has.</summary>
    /// <returns>Null if it has a place; otherwise the name of the limit in <see cref="DiscussionOptions"/> that is
    /// reached.</returns>
    public async Task<string?> TryEnterAsync(string id, string owner, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, int>> rooms = [new(All, _options.MaxConcurrent)];
        if (_options.MaxConcurrentPerClient > 0) rooms.Add(new(RoomOf(owner), _options.MaxConcurrentPerClient));
        return await counts.TryEnterAsync(rooms, id, PlaceDuration, cancellationToken) switch
        {
            null => null,
            All => nameof(DiscussionOptions.MaxConcurrent),
            _ => nameof(DiscussionOptions.MaxConcurrentPerClient),
        };
    }

    /// <summary>Gives the place back. Does not throw if Redis cannot be reached: the place then expires.</summary>
    public async Task LeaveAsync(string id, string owner)
    {
        try
        {
            await counts.LeaveAsync([All, RoomOf(owner)], id);
        }
        catch (HubUnavailableException)
        {
            // The place expires.
        }
    }

    /// <summary>Adds to the number of tokens that discussions have used today (UTC).</summary>
    public Task SpendAsync(long tokens) => counts.AddAsync(Today(), tokens, KeepCounter);

    /// <summary>Whether the tokens of this day are used up.</summary>
    public async Task<bool> IsSpentAsync(CancellationToken cancellationToken) => _options.TokensPerDay > 0
        && await counts.AddAsync(Today(), 0, KeepCounter, cancellationToken) >= _options.TokensPerDay;

    private static string RoomOf(string owner) => $"{All}:{owner}";

    private string Today() =>
        string.Create(CultureInfo.InvariantCulture, $"{All}:tokens:{time.GetUtcNow():yyyy-MM-dd}");
}
