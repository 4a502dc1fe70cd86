namespace SseFunctions.Tests.Support;

/// <summary>The output of <c>scripts/smoke.sh</c>.</summary>
internal sealed record SmokeResult(int Exit, string Output, string Errors)
{
    public string[] Lines { get; } = Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The checks that failed, in one text.</summary>
    public string Failures =>
        string.Join('\n', Lines.Where(line => line.StartsWith("FAIL  ", StringComparison.Ordinal)));

    /// <summary>Gets the line of a check. Fails the test if there is none.</summary>
    public string Check(string name) =>
        Lines.SingleOrDefault(line => line.Length > 6 && line[6..].StartsWith(name + " ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"There is no line for '{name}' in:\n{Output}{Errors}");

    public void HasPassed()
    {
        Assert.True(Exit == 0, Output + Errors);
        Assert.Equal("", Failures);
        Assert.StartsWith("PASS ", Lines[^1], StringComparison.Ordinal);
    }

    public void HasFailed()
    {
        Assert.True(Exit == 1, Output + Errors);
        Assert.StartsWith("FAIL ", Lines[^1], StringComparison.Ordinal);
        Assert.Contains(" of ", Lines[^1], StringComparison.Ordinal);
    }
}
