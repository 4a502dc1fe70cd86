using System.Globalization;

namespace SseFunctions.Benchmarks.Reporting;

/// <summary>A table in plain text. The first column is aligned left, the others right.</summary>
internal sealed class Table(params string[] header)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row. Numbers are written with the invariant culture.</summary>
    public void Add(params FormattableString[] cells) =>
        _rows.Add([.. cells.Select(cell => cell.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>Writes the table to the console.</summary>
    public void Print()
    {
        var widths = header.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            Console.WriteLine(string.Join(Gap, cells));
        }
    }
}
