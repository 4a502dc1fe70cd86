using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace SseFunctions.Website;

/// <summary>Serves the page. It takes every path that no other function takes, so its name has to sort after all other
/// names: the Functions host takes the first route that fits, in the order of the functions' names.</summary>
public sealed class WebsiteFunctions(WebsiteFiles files)
{
    /// <summary>Answers with the file of the path, or with 404 and a small page that says so.</summary>
    [Function("Website")]
    public IResult Website(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request)
    {
        // Not a parameter: for the path / there is no value that a host could bind to one.
        var path = request.RouteValues["path"] as string ?? "";
        return new WebsiteResult(files.Find(path), files.NotFound);
    }
}
