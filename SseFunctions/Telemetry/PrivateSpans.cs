using System.Diagnostics;
using OpenTelemetry;

namespace SseFunctions.Telemetry;

/// <summary>Removes from each span the tags that contain text of the request: the URL, headers, and an unknown method.
/// The route stays and tells which function was called. This processor must be added before all exporters.</summary>
internal sealed class PrivateSpans : BaseProcessor<Activity>
{
    // OpenTelemetry's names, and the older names that they have replaced.
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
