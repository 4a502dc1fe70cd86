namespace SseFunctions.Hub.Redis.Connection;

/// <summary>A Lua script. Redis runs a script atomically: no other command runs in between.</summary>
internal sealed class RedisScript
{
    private RedisScript(string text) => Text = text;

    /// <summary>The whole file, comments included, as it is sent to Redis.</summary>
    public string Text { get; }

    /// <summary>Reads a <c>.lua</c> file that is embedded beside a type of the same folder. Keep the result in a static
    /// field.</summary>
    /// <exception cref="ArgumentException">The assembly has no such file.</exception>
    public static RedisScript Load(Type neighbor, string fileName)
    {
        ArgumentNullException.ThrowIfNull(neighbor);
        using var file = neighbor.Assembly.GetManifestResourceStream(neighbor, fileName)
            ?? throw new ArgumentException($"{neighbor.Namespace}.{fileName} is not embedded.", nameof(fileName));
        using var reader = new StreamReader(file);
        return new RedisScript(reader.ReadToEnd());
    }
}
