using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Tokens;

namespace SseFunctions.Tests.Hub.Tokens;

public sealed class PresentedTokenRequestTests
{
    private const string Cookie = "mercureAuthorization";

    [Theory]
    [InlineData("Bearer a.b.c")]
    [InlineData("bearer a.b.c")]
    [InlineData("BEARER   a.b.c ")]
    public void Reads_the_header(string header) =>
        Assert.Equal(new PresentedToken("a.b.c", TokenSource.Header), Of(header));

    [Theory]
    [InlineData("?authorization=a.b.c")]
    [InlineData("?topic=x&authorization=a%2Eb.c&topic=y")]
    [InlineData("?authorization=&authorization=a.b.c&AUTHORIZATION=d")]
    [InlineData("?%61uthorization=a.b.c")]
    public void Reads_the_query(string query) =>
        Assert.Equal(new PresentedToken("a.b.c", TokenSource.Query), Of(query: query));

    [Theory]
    [InlineData("mercureAuthorization=a.b.c")]
    [InlineData("x=1; mercureAuthorization=a.b.c; y=2")]
    [InlineData("mercureAuthorization=\"a.b.c\"")]
    [InlineData("mercureAuthorization=; mercureAuthorization=a.b.c; mercureAuthorization=d")]
    public void Reads_the_cookie(string cookie) =>
        Assert.Equal(new PresentedToken("a.b.c", TokenSource.Cookie), Of(cookie: cookie));

    [Fact]
    public void The_cookies_name_is_a_setting()
    {
        var request = Request(null, null, "other=a.b.c");
        Assert.Equal(new PresentedToken("a.b.c", TokenSource.Cookie), PresentedTokenRequest.Of(request, "other"));
        Assert.Null(PresentedTokenRequest.Of(request, Cookie));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "?authorization=&topic=x", "mercureAuthorization=")]
    [InlineData(
        null, "?AUTHORIZATION=a&xauthorization=b&authorization", "mercureauthorization=a; xmercureAuthorization=b")]
    [InlineData(null, "?", "mercureAuthorization=\"\"")]
    [InlineData(null, null, ";;;==;\"")]
    public void Nothing_is_presented_where_nothing_is(string? header, string? query, string? cookie) =>
        Assert.Null(Of(header, query, cookie));

    [Fact]
    public void Header_beats_query_beats_cookie()
    {
        Assert.Equal("h", Of("Bearer h", "?authorization=q", $"{Cookie}=c")?.Token);
        Assert.Equal("q", Of(null, "?authorization=q", $"{Cookie}=c")?.Token);
        Assert.Equal("c", Of(null, "?topic=q", $"{Cookie}=c")?.Token);
    }

    [Theory]
    [InlineData("Basic dTpw", "the Authorization header does not start with 'Bearer '")]
    [InlineData("a.b.c", "the Authorization header does not start with 'Bearer '")]
    [InlineData("Bearera.b.c", "the Authorization header does not start with 'Bearer '")]
    [InlineData("", "the Authorization header does not start with 'Bearer '")]
    [InlineData("Bearer", "the Authorization header has nothing after 'Bearer'")]
    [InlineData("Bearer  ", "the Authorization header has nothing after 'Bearer'")]
    public void A_header_that_cannot_be_used_is_presented_all_the_same(string header, string why)
    {
        var token = Of(header, "?authorization=q", $"{Cookie}=c");
        Assert.Equal(new PresentedToken("", TokenSource.Header) { Unusable = why }, token);
    }

    [Fact]
    public void Two_headers_or_parameters_are_one_too_many()
    {
        var request = Request(null, null, $"{Cookie}=c");
        request.Headers.Authorization = new(["Bearer a", "Bearer a"]);
        Assert.Equal(
            "there is more than one Authorization header", PresentedTokenRequest.Of(request, Cookie)?.Unusable);
        Assert.Equal(
            "there is more than one query parameter 'authorization'",
            Of(query: "?authorization=a&authorization=b")?.Unusable);
    }

    [Fact]
    public void A_token_is_not_in_its_own_text() =>
        Assert.Equal("PresentedToken { Source = Query }", Of(query: "?authorization=secret")?.ToString());

    [Fact]
    public void Random_headers_queries_and_cookies_throw_nothing()
    {
        var random = new Random(7);
        const string alphabet = "=&;,?%\"'+- \tabBearer authorization\u0001\u00e9\ud800";
        for (var i = 0; i < 20_000; i++)
        {
            string Text() =>
                new([.. Enumerable.Range(0, random.Next(30)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Of(random.Next(3) == 0 ? "Bearer" + Text() : null, "?authorization" + Text(), Cookie + Text());
        }
    }

    private static PresentedToken? Of(string? header = null, string? query = null, string? cookie = null) =>
        PresentedTokenRequest.Of(Request(header, query, cookie), Cookie);

    private static HttpRequest Request(string? header, string? query, string? cookie)
    {
        var request = new DefaultHttpContext().Request;
        if (header is not null) request.Headers.Authorization = header;
        if (query is not null) request.QueryString = new QueryString(query);
        if (cookie is not null) request.Headers.Cookie = cookie;
        return request;
    }
}
