using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Hub;

namespace SSEAPP_NAMESPACE;

/// <summary>Publishes a greeting to all subscribers of the topic <c>greetings</c>.</summary>
public sealed class GreetingFunctions(IUpdatePublisher publisher)
{
    [Function("Greet")]
    public async Task<IResult> Greet(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "greet")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await publisher.PublishAsync("greetings", $"Hello at {DateTime.UtcNow:T}!", cancellationToken);
        return TypedResults.NoContent();
    }
}
