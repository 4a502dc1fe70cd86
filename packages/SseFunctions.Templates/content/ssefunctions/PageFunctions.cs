using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace SSEAPP_NAMESPACE;

/// <summary>Serves <c>page.html</c>, which shows the updates.</summary>
public sealed class PageFunctions
{
    private static readonly string Html = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "page.html"));

    [Function("Page")]
    public IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "page")] HttpRequest request) =>
        Results.Content(Html, "text/html; charset=utf-8");
}
