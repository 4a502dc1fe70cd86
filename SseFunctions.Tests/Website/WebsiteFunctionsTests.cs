using System.Net;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Website;

public sealed class WebsiteFunctionsTests
{
    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/index.html", "text/html; charset=utf-8")]
    [InlineData("/css/base.css", "text/css; charset=utf-8")]
    [InlineData("/js/app.js", "text/javascript; charset=utf-8")]
    [InlineData("/hub.html", "text/html; charset=utf-8")]
    [InlineData("/favicon.svg", "image/svg+xml; charset=utf-8")]
    public async Task Serves_the_page_with_its_type_and_the_headers_a_page_should_have(string path, string type)
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Get(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Header("Content-Type"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("public, max-age=60", answer.Header("Cache-Control"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self' https: http://localhost:* http://127.0.0.1:*; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            answer.Header("Content-Security-Policy"));
        var file = Path.Combine(Repository.Root, "static-ui", path == "/" ? "index.html" : path[1..]);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), await answer.Text());
    }

    [Fact]
    public async Task Serves_every_file_of_static_ui_with_a_type_of_its_own()
    {
        await using var server = await LocalHostServer.Start();
        var root = Path.Combine(Repository.Root, "static-ui");
        var tags = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            using var answer = await server.Get("/" + Path.GetRelativePath(root, file));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.NotEqual("application/octet-stream", answer.Header("Content-Type"));
            Assert.True(tags.Add(answer.Header("ETag")!), "Two files have one tag.");
        }
    }

    [Fact]
    public async Task Answers_304_to_a_client_that_has_the_file()
    {
        await using var server = await LocalHostServer.Start();
        using var first = await server.Get("/");
        var tag = first.Header("ETag");
        Assert.NotNull(tag);
        using var second = await server.Get("/", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(tag, second.Header("ETag"));
        Assert.Empty(await second.Text());
        using var other = await server.Get("/", ("If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task HEAD_gets_the_same_headers_and_no_body()
    {
        await using var server = await LocalHostServer.Start();
        using var get = await server.Get("/");
        using var head = await server.Send(HttpMethod.Head, "/");
        Assert.Equal(get.Header("ETag"), head.Header("ETag"));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        Assert.Empty(await head.Text());
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/static-ui/index.html")]
    [InlineData("/INDEX.HTML")]
    [InlineData("/js")]
    [InlineData("/js/")]
    [InlineData("/host.json")]
    [InlineData("/../host.json")]
    [InlineData("/js/../../host.json")]
    [InlineData("/%2e%2e/host.json")]
    [InlineData("/..%2fhost.json")]
    [InlineData("/..%252fhost.json")]
    [InlineData("/..\\host.json")]
    [InlineData("/..%5chost.json")]
    [InlineData("/%2fetc%2fpasswd")]
    [InlineData("/index.html%20")]
    [InlineData("/index.html.")]
    [InlineData("/index.html%3f")]
    [InlineData("/index.html::$DATA")]
    [InlineData("/%ff%fe")]
    public async Task Any_other_path_is_404_with_a_small_page(string path)
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(server.Url, "Connection: close\r\n", target: path);
        await client.UntilEnd();
        Assert.StartsWith("HTTP/1.1 404 ", client.Received, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html; charset=utf-8", client.Received, StringComparison.Ordinal);
        Assert.Contains("nosniff", client.Received, StringComparison.Ordinal);
        Assert.DoesNotContain("routePrefix", client.Received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//index.html")]
    [InlineData("//")]
    public async Task A_path_that_the_hosts_router_does_not_match_is_404(string path)
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(server.Url, target: path);
        Assert.StartsWith("HTTP/1.1 404 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_NUL_in_the_path_is_the_clients_fault()
    {
        await using var server = await LocalHostServer.Start();
        using var client = await RawClient.Get(server.Url, target: "/index.html%00");
        Assert.StartsWith("HTTP/1.1 400 ", await client.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_the_404_page_still_gets_404()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Get("/nope", ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Any_other_verb_is_404()
    {
        await using var server = await LocalHostServer.Start();
        using var answer = await server.Send(HttpMethod.Post, "/");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
