using Azure.Identity;
using Azure.Storage.Queues;
using SseFunctions.Discussions;

namespace SseFunctions.Unattended;

/// <summary>Sends the messages for the turns of unattended discussions, to the app's own storage account.</summary>
internal sealed class StorageTurnMessages(QueueClient queue) : ITurnMessages
{
    private bool _exists;

    /// <summary>Returns the queue of the storage account in the settings.</summary>
    /// <param name="setting">Reads a setting by its name.</param>
    public static QueueClient QueueOf(Func<string, string?> setting)
    {
        // The queue trigger expects messages in Base64, which is the default of its extension.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        if (setting("AzureWebJobsStorage") is { Length: > 0 } connection)
            return new QueueClient(connection, UnattendedFunctions.Queue, options);
        var service = setting("AzureWebJobsStorage:queueServiceUri") is { Length: > 0 } uri
            ? uri
            : $"https://{setting("AzureWebJobsStorage:accountName")}.queue.core.windows.net";
        // The same settings with which the Functions host signs in.
        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions
        {
            ManagedIdentityClientId = setting("AzureWebJobsStorage:clientId"),
        });
        return new QueueClient(new Uri($"{service}/{UnattendedFunctions.Queue}"), credential, options);
    }

    /// <inheritdoc/>
    public async Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default)
    {
        if (!_exists) await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        _exists = true;
        await queue.SendMessageAsync(message, visibilityTimeout: delay, cancellationToken: cancellationToken);
    }
}
