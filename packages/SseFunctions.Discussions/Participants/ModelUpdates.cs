using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SseFunctions.Discussions.Participants;

/// <summary>Reads what the client of a model sends.</summary>
internal static class ModelUpdates
{
    /// <summary>Returns the updates of an answer.</summary>
    /// <param name="answer">The answer, as the client gives it.</param>
    /// <param name="secret">The key, which must not be in the message of an exception; null: none.</param>
    /// <param name="cancellationToken">Aborts the call of the model.</param>
    /// <exception cref="ParticipantException">The client has thrown: see <see cref="ChatErrors"/>.</exception>
    public static async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        IAsyncEnumerable<ChatResponseUpdate> answer,
        string? secret,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var updates = answer.GetAsyncEnumerator(cancellationToken);
        while (await HasNextAsync(updates, secret, cancellationToken)) yield return updates.Current;
    }

    private static async Task<bool> HasNextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, string? secret, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ChatErrors.Of(exception, secret);
        }
    }
}
