using System.Net;
using System.Net.Sockets;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.LocalHost;

public sealed class LocalHostProcessTests
{
    [Fact]
    public async Task Prints_the_address_of_the_page_and_its_functions_in_the_order_of_their_names()
    {
        using var host = LocalHostProcess.Start("--port 0");
        using var http = new HttpClient();
        Assert.Contains(
            "<h1",
            await http.GetStringAsync(await host.Url, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await host.Printed("Ctrl+C stops LocalHost");
        var output = host.Output;
        Assert.InRange(
            output.IndexOf("/events", StringComparison.Ordinal),
            0,
            output.IndexOf("/{*path}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_its_streams_and_exits_with_0()
    {
        using var host = LocalHostProcess.Start("--port 0", ("Demo__Delay", "00:10:00"));
        using var client = await RawClient.Get(new Uri(new Uri(await host.Url), "events"));
        await client.Until("id: 1\n");
        host.Terminate();
        Assert.True(await client.UntilEnd());
        Assert.Equal(0, await host.Exit());
        Assert.Contains("A stream of demo ended: host_stopping, after 1 events", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_for_help_it_names_its_arguments_and_exits_with_0()
    {
        using var host = LocalHostProcess.Start("--help");
        Assert.Equal(0, await host.Exit());
        Assert.Contains("--port 7072", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_that_the_port_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var host = LocalHostProcess.Start($"--port {port}");
        Assert.Equal(1, await host.Exit());
        var line = Assert.Single(Lines(host));
        Assert.Contains($":{port}: address already in use", line, StringComparison.Ordinal);
        Assert.Contains("--port", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Demo__Delay", "fast", "Demo:Delay")]
    [InlineData("Demo__Delay", "15", "Demo:Delay")]
    [InlineData("Demo__Delay", "-00:00:01", "Demo:Delay")]
    [InlineData("Streaming__Heartbeat", "00:04:00", "Streaming:Heartbeat")]
    [InlineData("Streaming__MaxDuration", "", "Streaming:MaxDuration")]
    [InlineData("Cors__AllowedOrigins", "example.com", "Cors:AllowedOrigins")]
    [InlineData("Hub__Anonymous", "yes", "'Hub:Anonymous' to type 'System.Boolean'. Write true or false.")]
    public async Task Says_in_one_line_which_setting_is_wrong(string name, string value, string setting)
    {
        using var host = LocalHostProcess.Start("--port 0", (name, value));
        Assert.Equal(1, await host.Exit());
        var line = Assert.Single(Lines(host));
        Assert.StartsWith("A setting is wrong.", line, StringComparison.Ordinal);
        Assert.Contains(setting, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port many")]
    [InlineData("--port 65536")]
    [InlineData("--port -1")]
    [InlineData("--port")]
    [InlineData("--port --Hub:Anonymous")]
    [InlineData("--prot 7072")]
    [InlineData("--urls http://localhost:7072")]
    [InlineData("-p 7072")]
    [InlineData("7072")]
    public async Task Says_in_one_line_that_the_port_is_none(string arguments)
    {
        using var host = LocalHostProcess.Start(arguments);
        Assert.Equal(1, await host.Exit());
        Assert.Contains("--port", Assert.Single(Lines(host)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_which_file_cannot_be_read()
    {
        using var folder = new HostFolder();
        folder.Write("local.settings.json", """{ "Values": { "A": "b" """);
        using var host = LocalHostProcess.Start(folder.Path, "--port 0");
        Assert.Equal(1, await host.Exit());
        var line = Assert.Single(Lines(host));
        Assert.StartsWith("local.settings.json cannot be read", line, StringComparison.Ordinal);
        Assert.Contains("LineNumber: 0", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local.settings.json", """{ "IsEncrypted": true }""", "local.settings.json is encrypted")]
    [InlineData(
        "host.json",
        """{ "extensions": { "http": { "routePrefix": "a//b" } } }""",
        "routePrefix of host.json is 'a//b'")]
    [InlineData(
        "host.json", """{ "extensions": { "http": { "routePrefix": "{x}" } } }""", "routePrefix of host.json is '{x}'")]
    [InlineData(
        "local.settings.json",
        """{ "Host": { "LocalHttpPort": "many" } }""",
        "Host.LocalHttpPort in local.settings.json is 'many'")]
    public async Task Says_in_one_line_what_is_wrong_in_a_file(string file, string text, string expected)
    {
        using var folder = new HostFolder();
        folder.Write(file, text);
        using var host = LocalHostProcess.Start(folder.Path, file == "host.json" ? "--port 0" : "");
        Assert.Equal(1, await host.Exit());
        Assert.Contains(expected, Assert.Single(Lines(host)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_all_settings_that_are_wrong()
    {
        using var host = LocalHostProcess.Start("--port 0", ("Demo__Delay", "fast"), ("Streaming__Retry", "-00:00:01"));
        Assert.Equal(1, await host.Exit());
        var line = Assert.Single(Lines(host));
        Assert.Contains("Demo:Delay", line, StringComparison.Ordinal);
        Assert.Contains("Streaming:Retry", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_routePrefix_it_is_the_Functions_hosts_own()
    {
        using var folder = new HostFolder();
        folder.Write("host.json", """{ "version": "2.0" }""");
        using var host = LocalHostProcess.Start(folder.Path, "--port 0", ("PORT", "for somebody else"));
        Assert.EndsWith("/api/", await host.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_host_json_and_local_settings_json_and_lets_the_environment_win()
    {
        using var folder = new HostFolder();
        folder.Write("host.json", """{ "version": "2.0", "extensions": { "http": { "routePrefix": "live" } } }""");
        folder.Write("local.settings.json", """
            {
              // Core Tools accepts comments too.
              "Values": {
                "Demo__Delay": "00:00:00",
                "Demo__Messages": "from a first line",
                "Demo:Messages": "from the file"
              },
              "Host": { "LocalHttpPort": 0 }
            }
            """);
        using var http = new HttpClient();

        using var fromFile = LocalHostProcess.Start(folder.Path, "");
        Assert.Contains("from the file", await Series(fromFile), StringComparison.Ordinal);

        using var fromEnvironment = LocalHostProcess.Start(folder.Path, "", ("Demo__Messages", "from the environment"));
        Assert.Contains("from the environment", await Series(fromEnvironment), StringComparison.Ordinal);

        async Task<string> Series(LocalHostProcess host)
        {
            var page = new Uri(await host.Url);
            Assert.Equal("/live/", page.AbsolutePath);
            Assert.Contains(
                "<h1",
                await http.GetStringAsync(page, TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
            return await http.GetStringAsync(new Uri(page, "events"), TestContext.Current.CancellationToken);
        }
    }

    private static string[] Lines(LocalHostProcess host) =>
        host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
