using System.Globalization;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>The options of a command: <c>--name value</c>. <see cref="End"/> refuses options that the command has not
/// read.</summary>
internal sealed class Arguments
{
    private const string Prefix = "--";

    private readonly Dictionary<string, string> _values = [];

    /// <summary>Parses the options.</summary>
    /// <param name="args">The arguments of the command line after the name of the command.</param>
    /// <exception cref="UsageException">A value has no name, or a name has no value.</exception>
    public Arguments(ReadOnlySpan<string> args)
    {
        while (args is [var name, .. var rest])
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                throw new UsageException(
                    $"'{name}' is not an option: options are written --name value.");
            }
            if (rest.IsEmpty) throw new UsageException($"{name} needs a value.");
            _values[name[Prefix.Length..]] = rest[0];
            args = rest[1..];
        }
    }

    /// <summary>Reads a text; null if the option is not given.</summary>
    public string? Text(string name) => _values.Remove(name, out var value) ? value : null;

    /// <summary>Reads numbers with commas between them; null if the option is not given.</summary>
    public int[]? Counts(string name) =>
        Text(name)?.Split(',').Select(text => (int)Number(name, text, int.MaxValue)).ToArray();

    /// <summary>Reads a whole number.</summary>
    public int Count(string name, int fallback, int maximum) =>
        Text(name) is { } text ? (int)Number(name, text, maximum) : fallback;

    /// <summary>Reads a number; null if the option is not given.</summary>
    public double? Rate(string name, double maximum) => Text(name) is { } text ? Number(name, text, maximum) : null;

    /// <summary>Reads a number of seconds.</summary>
    public TimeSpan Seconds(string name, int fallback, int maximum) =>
        TimeSpan.FromSeconds(Text(name) is { } text ? Number(name, text, maximum) : fallback);

    /// <summary>Reads <c>yes</c> as true and <c>no</c> as false.</summary>
    /// <exception cref="UsageException">The value is another text.</exception>
    public bool Is(string name, bool fallback = false) => Text(name) switch
    {
        null => fallback,
        "no" => false,
        "yes" => true,
        var other => throw new UsageException($"--{name} is '{other}': write yes or no."),
    };

    /// <summary>Refuses options that the command has not read.</summary>
    /// <exception cref="UsageException">There is such an option.</exception>
    public void End()
    {
        if (_values.Keys.FirstOrDefault() is { } name)
        {
            throw new UsageException(
                $"This command has no option --{name}.");
        }
    }

    private static double Number(string name, string text, double maximum) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= maximum
            ? number
            : throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"--{name} must be a number from 0 to {maximum}."));
}
