using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>The endpoint from which an app with a managed identity gets tokens in App Service: over HTTP, with a secret
/// header.</summary>
internal sealed class IdentityEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private IdentityEndpoint(WebApplication application) => _application = application;

    /// <summary>The query of each request, with the value of the secret header.</summary>
    public ConcurrentQueue<(IQueryCollection Query, string? Header)> Questions { get; } = [];

    /// <summary>The environment variables that tell an app the endpoint.</summary>
    public (string Name, string Value)[] Environment =>
        [("IDENTITY_ENDPOINT", $"{_application.Urls.First()}/msi/token"), ("IDENTITY_HEADER", "secret")];

    /// <summary>Starts an endpoint that returns this token; null: none.</summary>
    public static async Task<IdentityEndpoint> Start(string? token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var endpoint = new IdentityEndpoint(builder.Build());
        endpoint._application.Run(async context =>
        {
            endpoint.Questions.Enqueue((context.Request.Query, context.Request.Headers["X-IDENTITY-HEADER"]));
            if (token is null)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(
                    new { statusCode = 400, message = "No User Assigned or Delegated Managed Identity found" });
                return;
            }
            await context.Response.WriteAsJsonAsync(new
            {
                access_token = token,
                expires_on = $"{DateTimeOffset.UtcNow.AddHours(24).ToUnixTimeSeconds()}",
                resource = $"{context.Request.Query["resource"]}",
                token_type = "Bearer",
                client_id = $"{context.Request.Query["client_id"]}",
            });
        });
        await endpoint._application.StartAsync(TestContext.Current.CancellationToken);
        return endpoint;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
