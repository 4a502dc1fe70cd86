using System.Diagnostics;
using SseFunctions.Hub;
using SseFunctions.Hub.Publishing;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class PublishSpanTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publication_is_a_span_of_its_publishers_trace_that_names_nothing_of_the_update()
    {
        await using var server = await LocalHostServer.Start();
        using var spans = new CapturedSpans(SseTelemetry.SourceName);
        using (Publisher(spans))
        {
            var update = new Update(["https://example.com/secret/1", "https://example.com/secret/2"], "secret")
            {
                Id = "secret",
                Type = "secret",
                IsPrivate = true,
            };
            await server.Services.Publisher().PublishAsync(update, Test);
        }
        var span = await spans.First(PublishSpan.Name);
        Assert.Equal(ActivityKind.Producer, span.Kind);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            [
                "messaging.system=mercure", "messaging.operation.name=send", "messaging.operation.type=send",
                "messaging.destination.name=hub", "hub.update.topics=2", "hub.update.private=True",
            ],
            span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
        Assert.DoesNotContain("secret", span.DisplayName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publication_that_is_not_stored_is_an_error()
    {
        await using var server = await LocalHostServer.Start(null, "Redis:ConnectionString=127.0.0.1:1");
        using var spans = new CapturedSpans(SseTelemetry.SourceName);
        using (Publisher(spans))
        {
            await Assert.ThrowsAsync<HubUnavailableException>(() =>
                server.Services.Publisher().PublishAsync(new Update(["a"], ""), Test).Within("answer of the log"));
        }
        var span = await spans.First(PublishSpan.Name);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(nameof(HubUnavailableException), span.GetTagItem("error.type"));
    }

    private static Activity Publisher(CapturedSpans spans) =>
        new Activity("publisher").SetParentId(spans.TraceId, spans.Client, ActivityTraceFlags.Recorded).Start();
}
