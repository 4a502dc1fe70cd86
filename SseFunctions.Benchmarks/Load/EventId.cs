namespace SseFunctions.Benchmarks.Load;

/// <summary>Hashes ids, so that they can be compared without keeping their text.</summary>
internal static class EventId
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Computes the FNV-1a hash of an id.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> id)
    {
        var hash = OffsetBasis;
        foreach (var next in id) hash = (hash ^ next) * Prime;
        return hash;
    }
}
