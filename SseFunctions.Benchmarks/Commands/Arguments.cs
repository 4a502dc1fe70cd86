using System.Globalization;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>The options of a command: <c>--name value</c>. What is not asked for is refused in the end.</summary>
internal sealed class Arguments
{
    private const string Prefix = "--";

    private readonly Dictionary<string, string> _values = [];

    /// <param name="args">They, as they stand on the command line.</param>
    /// <exception cref="UsageException">A value has no name, or a name no value.</exception>
    public Arguments(ReadOnlySpan<string> args)
    {
        while (args is [var name, .. var rest])
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) throw new UsageException($"What is '{name}'?");
            if (rest.IsEmpty) throw new UsageException($"{name} needs a value.");
            _values[name[Prefix.Length..]] = rest[0];
            args = rest[1..];
        }
    }

    /// <summary>A text; null if it is not there.</summary>
    public string? Text(string name) => _values.Remove(name, out var value) ? value : null;

    /// <summary>Numbers with commas between them; null if it is not there.</summary>
    public int[]? Counts(string name) =>
        Text(name)?.Split(',').Select(text => (int)Number(name, text, int.MaxValue)).ToArray();

    /// <summary>A whole number.</summary>
    public int Count(string name, int fallback, int maximum) =>
        Text(name) is { } text ? (int)Number(name, text, maximum) : fallback;

    /// <summary>A number; null if it is not there.</summary>
    public double? Rate(string name, double maximum) => Text(name) is { } text ? Number(name, text, maximum) : null;

    /// <summary>A number of seconds.</summary>
    public TimeSpan Seconds(string name, int fallback, int maximum) =>
        TimeSpan.FromSeconds(Text(name) is { } text ? Number(name, text, maximum) : fallback);

    /// <summary>Yes or no.</summary>
    public bool Is(string name, bool fallback = false) => Text(name) switch
    {
        null => fallback,
        "no" => false,
        "yes" => true,
        var other => throw new UsageException($"--{name} is yes or no, not '{other}'."),
    };

    /// <summary>Refuses what was not asked for.</summary>
    public void End()
    {
        if (_values.Keys.FirstOrDefault() is { } name) throw new UsageException($"There is no --{name} here.");
    }

    private static double Number(string name, string text, double maximum) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= maximum
            ? number
            : throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"--{name} is a number from 0 to {maximum}."));
}
