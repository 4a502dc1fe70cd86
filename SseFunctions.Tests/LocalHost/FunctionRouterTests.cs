using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.LocalHost;

namespace SseFunctions.Tests.LocalHost;

/// <summary>The Functions host uses the first matching route in the order of the functions' names; see
/// docs/decisions.md.</summary>
public sealed class FunctionRouterTests
{
    [Theory]
    [InlineData("GET", "/a/b", "Catch all")]
    [InlineData("GET", "/", "Catch all")]
    [InlineData("POST", "/a/b", "Specific")]
    [InlineData("POST", "/A/B", "Specific")]
    [InlineData("POST", "/a/b/", "Specific")]
    [InlineData("DELETE", "/a/x", "Parameter x")]
    [InlineData("DELETE", "/a/x%2Fy", "Parameter x%2Fy")]
    [InlineData("GET", "/early", "Early")]
    public async Task Takes_the_first_function_by_name_whose_route_and_verb_fit(
        string verb, string path, string expected) =>
        Assert.Equal((200, expected), await Route(verb, path));

    [Theory]
    [InlineData("DELETE", "/a")]
    [InlineData("PUT", "/a/b")]
    [InlineData("HEAD", "/a/b")]
    [InlineData("OPTIONS", "/early")]
    [InlineData("POST", "/nowhere")]
    public async Task Answers_404_where_none_fits_be_it_for_the_verb(string verb, string path) =>
        Assert.Equal(404, (await Route(verb, path)).Status);

    [Fact]
    public async Task Lists_functions_whose_trigger_is_not_HTTP_as_left_out()
    {
        await using var services = new ServiceCollection()
            .AddLogging().AddSingleton<Samples.Name>().BuildServiceProvider();
        var router = new FunctionRouter([typeof(FunctionRouterTests).Assembly], "", services);
        Assert.Equal(["Nightly"], router.LeftOut);
        Assert.DoesNotContain(router.Functions, function => function.Name == "Nightly");
    }

    private static async Task<(int Status, string Answer)> Route(string verb, string path)
    {
        await using var services = new ServiceCollection()
            .AddLogging().AddSingleton<Samples.Name>().BuildServiceProvider();
        var router = new FunctionRouter([typeof(FunctionRouterTests).Assembly], "", services);
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = verb;
        context.Request.Path = PathString.FromUriComponent(path);
        using var body = new MemoryStream();
        context.Response.Body = body;
        await router.InvokeAsync(context);
        return (context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    public sealed class Samples(Samples.Name name)
    {
        [Function("Zoo")]
        public IResult Specific(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "a/b")] HttpRequest request) =>
            name.Of("Specific");

        [Function("Site")]
        public IResult CatchAll(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{*path}")] HttpRequest request) =>
            name.Of("Catch all");

        [Function("sub")]
        public Task<IResult> Parameter(
            [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{value}")] HttpRequest request,
            string value,
            CancellationToken cancellationToken) =>
            Task.FromResult(name.Of($"Parameter {value}"));

        [Function("early")]
        public IResult Early([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "early")] HttpRequest request) =>
            name.Of("Early");

        [Function("Nightly")]
        public void Nightly([SampleTrigger] string time) => name.Of(time);

        /// <summary>A service that a function's constructor must get.</summary>
        public sealed class Name
        {
            public IResult Of(string function) => TypedResults.Text(function, contentType: _contentType);

            private readonly string _contentType = "text/plain";
        }
    }

    /// <summary>Represents a trigger that is not HTTP, such as a timer or a queue.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class SampleTriggerAttribute : TriggerBindingAttribute;
}
