namespace SseFunctions.LocalHost;

/// <summary>The arguments of LocalHost: <c>--port 7072</c>, and settings as <c>--Section:Name value</c>.</summary>
internal static class CommandLine
{
    /// <summary>The name of the argument that sets the port.</summary>
    public const string Port = "port";

    private const string Prefix = "--";
    private const string Hint = "Arguments are --port 7072, and settings such as --Hub:Anonymous false.";

    /// <summary>Checks the arguments. The configuration would silently take each of them for a setting, a mistyped
    /// <c>--port</c> too.</summary>
    /// <exception cref="InvalidDataException">An argument is unknown, or has no value.</exception>
    public static void Check(ReadOnlySpan<string> args)
    {
        while (args is [var argument, .. var rest])
        {
            var name = argument.Split('=')[0];
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !IsKnown(name[Prefix.Length..]))
                throw new InvalidDataException($"LocalHost has no argument '{name}'. {Hint}");
            if (name.Length < argument.Length)
            {
                args = rest;
                continue;
            }
            if (rest is not [var value, ..] || value.StartsWith(Prefix, StringComparison.Ordinal))
                throw new InvalidDataException($"The argument '{name}' has no value. {Hint}");
            args = rest[1..];
        }
    }

    // A setting is in a section, or has the name of an environment variable, such as OTEL_EXPORTER_OTLP_ENDPOINT.
    private static bool IsKnown(string name) => name == Port || name.Contains(':', StringComparison.Ordinal)
        || name.Contains('_', StringComparison.Ordinal);
}
