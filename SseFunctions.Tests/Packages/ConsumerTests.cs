using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Packages;

/// <summary>Apps outside the repository that use only the packages.</summary>
public sealed partial class ConsumerTests(PackedPackages packages) : IClassFixture<PackedPackages>
{
    private static readonly string[] HubFunctions = ["HubMetadata", "HubPublish", "HubSubscribe", "HubSubscriptions"];

    [Fact]
    public async Task The_app_of_the_template_streams_and_its_hub_delivers()
    {
        // A name that is not a valid namespace.
        var app = packages.NewFolder("from-template");
        await packages.Succeed(app, "dotnet", "new", "ssefunctions", "--name", "from-template", "--output", ".");
        var published = await PackedPackages.Publish(app);
        Assert.Equal(
            [.. HubFunctions, "Countdown", "Greet", "Page"],
            FunctionsOf(published).OrderBy(name => !HubFunctions.Contains(name)));

        await using var host = await FunctionsHost.Start(published, ("Hub__Anonymous", "true"));
        using var countdown = await host.Invoke("Countdown", "GET", "/api/countdown");
        await countdown.Until("data: {\"second\":9}");
        using var rest = await host.Invoke("Countdown", "GET", "/api/countdown", "Last-Event-ID: 0\r\n");
        Assert.StartsWith("HTTP/1.1 204", await rest.Until("\r\n\r\n"), StringComparison.Ordinal);
        using var invented = await host.Invoke("Countdown", "GET", "/api/countdown", "Last-Event-ID: -2147483648\r\n");
        await invented.Until("data: {\"second\":10}");
        using var page = await host.Invoke("Page", "GET", "/api/page");
        await page.Until("<h1>Server-Sent Events</h1>");

        using var greetings = await host.Invoke("HubSubscribe", "GET", "/api/.well-known/mercure?topic=greetings");
        await greetings.Until(": open");
        using var greet = await host.Invoke("Greet", "POST", "/api/greet", "Content-Length: 0\r\n");
        await greet.Until("HTTP/1.1 204");
        await greetings.Until("data: Hello at");
    }

    [Fact]
    public async Task An_app_with_the_lines_of_the_README_publishes_to_its_subscribers()
    {
        var code = CodeInReadme("Publish and subscribe");
        Assert.Equal(2, code.Length);
        var app = NewFunctionApp("ByHand", "SseFunctions.Hub", code[0]);
        Write(app, "OrderFunctions.cs", $"""
            using Microsoft.AspNetCore.Http;
            using Microsoft.Azure.Functions.Worker;
            using SseFunctions.Hub;

            {code[1]}
            """);
        var published = await PackedPackages.Publish(app);
        Assert.Equal([.. HubFunctions, "OrderPaid"], FunctionsOf(published).Order(StringComparer.Ordinal));
        // Without SseFunctions.Hub.Redis, the hub needs neither the Redis client nor Azure.Identity.
        Assert.DoesNotContain(
            Directory.EnumerateFiles(published).Select(file => Path.GetFileName(file)),
            file => file.StartsWith("StackExchange", StringComparison.Ordinal)
                || file.StartsWith("Azure.Identity", StringComparison.Ordinal));

        // No routePrefix is set, so all routes are under /api.
        await using var host = await FunctionsHost.Start(
            published, ("Hub__Anonymous", "true"), ("Hub__Subscriptions", "true"), ("Hub__Publisher__Key", Jwt.Key),
            ("Hub__Issuers__0__Issuer", Jwt.Issuer), ("Hub__Issuers__0__Key", Jwt.Key));
        using var order = await host.Invoke("HubSubscribe", "GET", "/api/.well-known/mercure?topic=orders/42");
        await order.Until(": open");
        using var paid =
            await host.Invoke("OrderPaid", "POST", "/api/orders/42/paid", "Content-Length: 0\r\n", "", ("id", "42"));
        await paid.Until("HTTP/1.1 204");
        await order.Until("data: paid");

        // The path of the hub in this app.
        using var list = await host.Invoke(
            "HubSubscriptions", "GET", "/api/.well-known/mercure/subscriptions",
            $"Authorization: Bearer {Jwt.Subscriber("*")}\r\n");
        Assert.Contains("Link: </api/.well-known/mercure>", await list.Until("\r\n\r\n"), StringComparison.Ordinal);
        using var metadata =
            await host.Invoke("HubMetadata", "GET", "/api/.well-known/oauth-protected-resource/.well-known/mercure");
        await metadata.Until("/api/.well-known/mercure\"");
        await metadata.Until("\"mercure_subscriptions\":true");
    }

    [Fact]
    public async Task An_app_with_the_lines_of_the_README_puts_the_words_of_a_model_on_the_screen()
    {
        var app = NewFunctionApp(
            "Answers",
            "SseFunctions.Discussions",
            """
            builder.Services.AddSseDiscussions(builder.Configuration);
            builder.Services.AddSingleton<Microsoft.Extensions.AI.IChatClient, Parrot>();
            """);
        Write(app, "AnswerFunctions.cs", $"""
            using Microsoft.AspNetCore.Http;
            using Microsoft.Azure.Functions.Worker;
            using Microsoft.Extensions.AI;
            using SseFunctions.Discussions;

            {Assert.Single(CodeInReadme("Put an AI's words on the screen"))}
            """);
        // Stands for a model.
        Write(app, "Parrot.cs", """
            using System.Runtime.CompilerServices;
            using Microsoft.Extensions.AI;

            public sealed class Parrot : IChatClient
            {
                public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
                    IEnumerable<ChatMessage> messages,
                    ChatOptions? options = null,
                    [EnumeratorCancellation] CancellationToken cancellationToken = default)
                {
                    foreach (var word in string.Concat(messages.Select(message => message.Text)).Split(' '))
                    {
                        yield return new ChatResponseUpdate(ChatRole.Assistant, $"{word}! ");
                        await Task.Delay(100, cancellationToken);
                    }
                }

                public Task<ChatResponse> GetResponseAsync(
                    IEnumerable<ChatMessage> messages,
                    ChatOptions? options = null,
                    CancellationToken cancellationToken = default) => throw new NotSupportedException();

                public object? GetService(Type serviceType, object? serviceKey = null) => null;

                public void Dispose()
                {
                }
            }
            """);
        var published = await PackedPackages.Publish(app);
        Assert.Equal([
            "Answer", "DiscussionAgUi", "DiscussionCancel", "DiscussionEvents", "DiscussionList", "DiscussionModels",
            "DiscussionStart", "DiscussionStartWithId", "DiscussionStream", "DiscussionTranscript", .. HubFunctions,
        ], FunctionsOf(published));

        await using var host = await FunctionsHost.Start(published, ("Discussions__Anonymous", "true"));
        const string Address = "/api/answers/42?question=Why%20is%20the%20sky%20blue";
        using var first = await host.Invoke("Answer", "GET", Address, "", "", ("id", "42"));
        await first.Until("Why!");
        using var second = await host.Invoke("Answer", "GET", Address, "", "", ("id", "42"));
        await second.Until("event: snapshot");
        foreach (var client in (RawClient[])[first, second])
            await client.Until("\"text\":\"Why! is! the! sky! blue! \"");
        var received = await first.Until("event: discussion.completed");
        await first.UntilEnd();
        var last = received.Split("\nid: ")[^1].Split('\n')[0];
        using var again =
            await host.Invoke("Answer", "GET", Address, $"Last-Event-ID: {last}\r\n", "", ("id", "42"));
        Assert.StartsWith("HTTP/1.1 204", await again.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ASP_NET_Core_app_of_ten_lines_streams()
    {
        var app = packages.NewFolder("Web");
        Write(app, "Web.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="SseFunctions.Streaming" Version="{packages.Version}" />
              </ItemGroup>
            </Project>
            """);
        Write(app, "Program.cs", """
            using SseFunctions.Streaming;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddSseStreaming(builder.Configuration);
            var app = builder.Build();
            app.MapGet("/numbers", (EventStreams streams, CancellationToken cancellationToken) =>
                streams.Stream("numbers", Numbers(), cancellationToken));
            app.Run();
            static async IAsyncEnumerable<ServerSentEvent> Numbers()
            {
                for (var number = 1; ; number++, await Task.Delay(100)) yield return ServerSentEvent.Json(number);
            }
            """);
        var published = await PackedPackages.Publish(app);
        Assert.Equal(["SseFunctions.Streaming.dll", "Web.dll"],
            Directory.EnumerateFiles(published, "*.dll")
                .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        var start = new ProcessStartInfo("dotnet", ["Web.dll", "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = published,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            string? url = null;
            while (url is null && await process.StandardOutput.ReadLineAsync(
                TestContext.Current.CancellationToken).AsTask().Within("address") is { } text)
                url = Listening().Match(text) is { Success: true } match ? match.Groups[1].Value : null;
            Assert.NotNull(url);
            using var numbers = await RawClient.Get(new Uri($"{url}/numbers"));
            await numbers.Until("data: 3\n");
        }
        finally
        {
            process.Kill();
        }
    }

    // The code that a reader of the README pastes.
    private static string[] CodeInReadme(string heading)
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var start = readme.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        var section = readme[start..readme.IndexOf("\n## ", start, StringComparison.Ordinal)];
        return [.. CSharp().Matches(section).Select(block => block.Groups[1].Value)];
    }

    // A function app that references one of the packages, with these lines in its Program.cs.
    private string NewFunctionApp(string name, string package, string lines)
    {
        var app = packages.NewFolder(name);
        Write(app, $"{name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <AzureFunctionsVersion>v4</AzureFunctionsVersion>
                <OutputType>Exe</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1603</WarningsNotAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                {Reference("Microsoft.Azure.Functions.Worker")}
                {Reference("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore")}
                {Reference("Microsoft.Azure.Functions.Worker.Sdk")}
                <PackageReference Include="{package}" Version="{packages.Version}" />
              </ItemGroup>
              <ItemGroup>
                <None Update="host.json" CopyToOutputDirectory="PreserveNewest" />
              </ItemGroup>
            </Project>
            """);
        Write(app, "host.json", """{ "version": "2.0" }""");
        Write(app, "Program.cs", $"""
            using Microsoft.Azure.Functions.Worker.Builder;
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Hosting;
            using {package};

            var builder = FunctionsApplication.CreateBuilder(args);
            builder.ConfigureFunctionsWebApplication();
            {lines}
            builder.Build().Run();
            """);
        return app;
    }

    private static string Reference(string package)
    {
        var versions = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props"));
        var version =
            Regex.Match(versions, $"Include=\"{Regex.Escape(package)}\" Version=\"([^\"]+)\"").Groups[1].Value;
        return $"<PackageReference Include=\"{package}\" Version=\"{version}\" />";
    }

    private static IEnumerable<string> FunctionsOf(string published)
    {
        using var metadata = JsonDocument.Parse(File.ReadAllText(Path.Combine(published, "functions.metadata")));
        return [.. metadata.RootElement.EnumerateArray().Select(
            function => function.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];
    }

    private static void Write(string folder, string file, string text) =>
        File.WriteAllText(Path.Combine(folder, file), text);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("Now listening on: (\\S+)")]
    private static partial Regex Listening();
}
