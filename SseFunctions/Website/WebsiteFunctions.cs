using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace SseFunctions.Website;

/// <summary>Serves the page. Its route matches every path. The Functions host uses the first matching route in the
/// order of the functions' names, so this function's name must sort after all others.</summary>
public sealed class WebsiteFunctions(WebsiteFiles files)
{
    /// <summary>Answers with the file of the path, or with 404 and a page that says so.</summary>
    [Function("Website")]
    public IResult Website(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request)
    {
        // Not a parameter of the function: for the path / the host has no value to bind.
        var path = request.RouteValues["path"] as string ?? "";
        return new WebsiteResult(files.Find(path), files.NotFound);
    }
}
