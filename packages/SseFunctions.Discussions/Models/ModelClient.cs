using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace SseFunctions.Discussions.Models;

/// <summary>Makes the clients of models: OpenAI, Azure OpenAI, and servers that speak like them.</summary>
internal static class ModelClient
{
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";
    private const string AzurePath = "/openai/v1/";

    // The reader of the words measures how long a model is silent, and aborts the call. This limit of the client is
    // only for calls that nobody reads any more.
    private static readonly TimeSpan BeyondSilence = TimeSpan.FromSeconds(15);

    private static readonly string[] AzureHosts =
    [
        ".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com",
        ".openai.azure.us", ".cognitiveservices.azure.us", ".openai.azure.cn", ".cognitiveservices.azure.cn",
    ];

    /// <summary>Creates the client of a model. It connects at its first call.</summary>
    /// <param name="model">The settings of the model, validated.</param>
    /// <param name="silence">How long the model may send nothing.</param>
    /// <param name="credential">Signs in at Azure where there is no key. Null: the app's identity.</param>
    public static IChatClient Create(ModelOptions model, TimeSpan silence, TokenCredential? credential = null)
    {
        var options = new OpenAIClientOptions
        {
            NetworkTimeout = silence + BeyondSilence,
            // A discussion begins the turn again itself, and tells its viewers.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };
        if (model.Endpoint is { } endpoint) options.Endpoint = Address(endpoint);
#pragma warning disable OPENAI001 // The only constructor that takes an identity. It is marked as a preview.
        return new ChatClient(model.Model, Authentication(model, credential), options).AsIChatClient();
#pragma warning restore OPENAI001
    }

    /// <summary>Whether the server is Azure's, so that an identity can sign in.</summary>
    public static bool IsAzure(Uri endpoint) =>
        AzureHosts.Any(host => endpoint.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the address below which the paths of OpenAI begin.</summary>
    public static Uri Address(Uri endpoint) =>
        IsAzure(endpoint) && endpoint.AbsolutePath == "/" ? new Uri(endpoint, AzurePath) : endpoint;

    private static AuthenticationPolicy Authentication(ModelOptions model, TokenCredential? credential)
    {
        if (!string.IsNullOrEmpty(model.Key))
            return ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(model.Key));
        return model.Endpoint is { } endpoint && IsAzure(endpoint)
            ? new BearerTokenPolicy(credential ?? new DefaultAzureCredential(), AzureScope)
            : new NoAuthentication();
    }

    // A server in the app's own network often has no key.
    private sealed class NoAuthentication : AuthenticationPolicy
    {
        public override void Process(
            PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
            ProcessNext(message, pipeline, currentIndex);

        public override ValueTask ProcessAsync(
            PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
            ProcessNextAsync(message, pipeline, currentIndex);
    }
}
