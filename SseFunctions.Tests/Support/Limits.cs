namespace SseFunctions.Tests.Support;

/// <summary>How long a test waits for what has to happen. Generous: only a failing test waits that long.</summary>
internal static class Limits
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    /// <summary>The task's result, or a failure that names what did not happen.</summary>
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
