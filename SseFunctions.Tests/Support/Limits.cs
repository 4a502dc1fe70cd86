namespace SseFunctions.Tests.Support;

/// <summary>The time limits of waiting tests. They are generous, because only a failing test waits that long.</summary>
internal static class Limits
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    /// <summary>Waits for the task's result. Fails the test, with the name of the missing event, if the limit is
    /// over.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Soon, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Within {Soon.TotalSeconds} s there was no {what}.");
        }
    }

    /// <inheritdoc cref="Within{T}"/>
    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Soon, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Within {Soon.TotalSeconds} s there was no {what}.");
        }
    }
}
