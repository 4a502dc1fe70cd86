using System.Diagnostics;
using OpenTelemetry;

namespace SseFunctions.Telemetry;

/// <summary>Removes from each span what comes from a request as it was sent: the URL, headers, and a method that is
/// none. A function's route tells which function was asked. It must be added before all exporters.</summary>
internal sealed class PrivateSpans : BaseProcessor<Activity>
{
    // OpenTelemetry's names, and those that they replace.
    private static readonly string[] Removed =
    [
        "url.full", "url.path", "url.query", "url.fragment", "http.url", "http.target",
        "http.request.method_original", "user_agent.original", "http.user_agent",
    ];

    private static readonly string[] RemovedPrefixes = ["http.request.header.", "http.response.header."];

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        List<string>? removed = null;
        foreach (var (name, _) in data.EnumerateTagObjects())
        {
            if (IsPrivate(name)) (removed ??= []).Add(name);
        }
        // A tag that is set to null is removed.
        foreach (var name in removed ?? []) data.SetTag(name, null);
    }

    private static bool IsPrivate(string name) =>
        Array.IndexOf(Removed, name) >= 0
        || Array.Exists(RemovedPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
