using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Tests.Support;

/// <summary>Gives out tokens as App Service does to an app with a managed identity: over HTTP, to who knows a header.
/// </summary>
internal sealed class IdentityEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private IdentityEndpoint(WebApplication application) => _application = application;

    /// <summary>What was asked, with the header.</summary>
    public ConcurrentQueue<(IQueryCollection Query, string? Header)> Questions { get; } = [];

    /// <summary>How an app is told of it.</summary>
    public (string Name, string Value)[] Environment =>
        [("IDENTITY_ENDPOINT", $"{_application.Urls.First()}/msi/token"), ("IDENTITY_HEADER", "secret")];

    /// <summary>Starts one that gives out a token, or none.</summary>
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
                await context.Response.WriteAsJsonAsync(new { statusCode = 400, message = "No User Assigned or Delegated Managed Identity found" });
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
