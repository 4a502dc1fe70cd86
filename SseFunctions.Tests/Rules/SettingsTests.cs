using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Demo;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Streaming;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>The table of settings in docs/reference.md, compared with the options.</summary>
public sealed class SettingsTests
{
    private static readonly string[] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "reference.md")).Where(
            line => line.StartsWith("| `", StringComparison.Ordinal))];

    public static TheoryData<string, TimeSpan, string> Durations => new()
    {
        { "Streaming:Heartbeat", new StreamingOptions().Heartbeat, "15 s" },
        { "Streaming:Retry", new StreamingOptions().Retry, "2 s" },
        { "Streaming:MaxDuration", new StreamingOptions().MaxDuration, "9 min" },
        { "Streaming:WriteTimeout", new StreamingOptions().WriteTimeout, "1 min" },
        { "Demo:Delay", new DemoOptions().Delay, "2 s" },
        { "Hub:Gather", new HubOptions().Gather, "20 ms" },
        { "Hub:History:MaxAge", new HistoryOptions().MaxAge, "1 day" },
        { "Discussions:ModelSilence", new DiscussionOptions().ModelSilence, "30 s" },
        { "Discussions:Gather", new DiscussionOptions().Gather, "100 ms" },
        { "Discussions:Retention", new DiscussionOptions().Retention, "7 days" },
        { "Discussions:Scripted:WordDelay", new ScriptedOptions().WordDelay, "40 ms" },
    };

    [Fact]
    public async Task A_setting_that_does_not_exist_is_logged_with_those_that_do()
    {
        await using var server = await LocalHostServer.Start(settings:
        [
            "Hub:Anonymus=true", "Discussions:Models:0:Name=a", "Discussions:Models:0:Modell=b",
            "Discussions:Models:0:Model=c", "Discussions:Models:0:Key=d", "Hub:History:MaxAges=1.00:00:00",
        ]);
        var anonymous = await server.Logs.First("The setting Hub:Anonymus does not exist and has no effect");
        Assert.Equal(LogLevel.Warning, anonymous.Level);
        Assert.Contains("Anonymous, ", anonymous.Message, StringComparison.Ordinal);
        await server.Logs.First("The setting Discussions:Models:0:Modell does not exist");
        var age = await server.Logs.First("The setting Hub:History:MaxAges does not exist");
        Assert.EndsWith("The names here are MaxAge, MaxBytes, MaxCount", age.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hub:Issuers:Issuer", "Issuers:0:Issuer, ")]
    [InlineData("Hub:Issuers:0", "Issuers:0:Issuer, ")]
    [InlineData("Hub:Publisher", "Publisher:Key, ")]
    [InlineData("Hub:History", "History:MaxBytes, ")]
    [InlineData("Discussions:Models:Key", "Models:0:Key, ")]
    public async Task A_value_in_place_of_a_group_is_logged_with_the_names_in_the_group(string setting, string name)
    {
        await using var server = await LocalHostServer.Start(settings: $"{setting}=a-secret");
        var logged = await server.Logs.First($"The setting {setting} does not exist and has no effect");
        Assert.Equal(LogLevel.Warning, logged.Level);
        Assert.Contains(name, logged.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", logged.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hub:Publisher:Key:0", "Algorithm, ")]
    [InlineData("Hub:Publisher:Keys:0:Key", "Algorithm, ")]
    [InlineData("Hub:Anonymous:0", "Anonymous, ")]
    [InlineData("Hub:Issuers:0:Issuer:0", "Algorithm, ")]
    public async Task A_group_in_place_of_a_value_is_logged_with_the_names_beside_it(string setting, string names)
    {
        await using var server = await LocalHostServer.Start(
            settings: ["Hub:Issuers:0:Issuer=a", $"Hub:Issuers:0:Key={Jwt.Key}", $"{setting}=a"]);
        var logged = await server.Logs.First($"The setting {setting} does not exist and has no effect");
        Assert.Contains(names, logged.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hubb:Issuers:0:Issuer", "Hubb", "Hub")]
    [InlineData("hbu:anonymous", "hbu", "Hub")]
    [InlineData("Discusions:Turns", "Discusions", "Discussions")]
    [InlineData("Corss:AllowedOrigins", "Corss", "Cors")]
    [InlineData("Streeming:Heartbeat", "Streeming", "Streaming")]
    [InlineData("Rediss:ConnectionString", "Rediss", "Redis")]
    public async Task A_mistyped_section_is_logged_with_its_name(string setting, string section, string meant)
    {
        await using var server = await LocalHostServer.Start(settings: $"{setting}=1");
        var logged = await server.Logs.First(
            $"The section {section} has no effect: if it is meant to be {meant}, correct its name");
        Assert.Equal(LogLevel.Warning, logged.Level);
    }

    [Fact]
    public async Task Sections_and_settings_of_others_are_not_logged()
    {
        await using var server = await LocalHostServer.Start(settings:
        [
            "Hubs:Chat=a", "Hubs:Chat:Url=a", "Hubb=a", "Pub:Publisher=a", "Sub:Subscriptions=a", "Http:Cookie=a",
            "Core:Origins=a", "Demand:Delay=a", "Stream:Retry=a", "Connection:ConnectionString=a", "Cors:Policy=a",
            "Cors:AllowedMethods=a", "HUB=a",
        ]);
        Assert.Empty(server.Logs.Warnings);
    }

    [Theory]
    [InlineData("ConectionString", true)]
    [InlineData("connectionstrings", true)]
    [InlineData("KeyPrefx", true)]
    [InlineData("CleintId", true)]
    [InlineData("InstanceName", false)]
    [InlineData("Configuration", false)]
    [InlineData("principalId", false)]
    [InlineData("redisHostName", false)]
    [InlineData("tenantId", false)]
    [InlineData("Credentials2go", false)]
    public void In_a_shared_section_a_name_is_mistyped_if_it_resembles_an_absent_setting(string name, bool isMistyped)
    {
        static SettingsSection Redis(params string[] names) => new(
            new ConfigurationBuilder().AddInMemoryCollection(
                names.Select(name => KeyValuePair.Create($"Redis:{name}", (string?)"1"))).Build(),
            "Redis",
            typeof(RedisOptions),
            IsShared: true);
        var unknown = isMistyped
            ? [($"Redis:{name}", "ClientId, ConnectionString, Credential, KeyPrefix")]
            : Array.Empty<(string, string)>();
        Assert.Equal(unknown, Redis(name).Unknown());
        Assert.Empty(Redis(name, "ClientId", "ConnectionString", "Credential", "KeyPrefix").Unknown());
    }

    [Theory]
    [InlineData("Hub:MaxTopics", "1e3", "Write a whole number in digits alone, at most 2147483647.")]
    [InlineData("Hub:MaxTopics", "99999999999", "Write a whole number in digits alone, at most 2147483647.")]
    [InlineData("Hub:History:MaxBytes", "64MB", "Write a whole number in digits alone, at most 9223372036854775807.")]
    [InlineData("Hub:Publisher:JwksUri", "http://[", "Write a whole address, such as https://example.com/keys.")]
    [InlineData("Hub:Anonymous", "yes", "Write true or false.")]
    [InlineData("Hub:Gather", "20ms", "Durations are written hh:mm:ss (2 seconds are 00:00:02).")]
    public async Task A_value_that_cannot_be_converted_is_refused_with_how_to_write_it(
        string setting, string value, string how)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => LocalHostServer.Start(settings: $"{setting}={value}"));
        Assert.Contains($"'{setting}'", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(how, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Hub":{"Cookie":null,"AccessTokenCookie":null,"MaxTopics":null,"Gather":null,"History":null}}""")]
    [InlineData("""{"Hub":{"History":{"MaxAge":null,"MaxCount":null},"Publisher":{"Algorithm":null,"Keys":null}}}""")]
    [InlineData("""{"Hub":{"Dialects":null,"Issuers":[null,{"Algorithm":null}],"PublishOrigins":[null]}}""")]
    [InlineData("""{"Streaming":{"Heartbeat":null,"Retry":null,"MaxDuration":null,"WriteTimeout":null}}""")]
    [InlineData("""{"Redis":{"KeyPrefix":null,"Credential":null,"ClientId":null}}""")]
    public void A_setting_that_is_null_in_JSON_is_not_set(string json)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)))
            .AddInMemoryCollection([KeyValuePair.Create("Redis:ConnectionString", (string?)"localhost")]).Build();
        var services = new ServiceCollection();
        services.AddSseHub(configuration).AddRedis();
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
        var hub = provider.GetRequiredService<IOptions<HubOptions>>().Value;
        hub.Issuers = [.. hub.Issuers.Where(issuer => issuer.Issuer is not null)];
        Assert.Equivalent(new HubOptions(), hub);
        Assert.Equivalent(new StreamingOptions(), provider.GetRequiredService<IOptions<StreamingOptions>>().Value);
        Assert.Equal("sse", provider.GetRequiredService<IOptions<RedisOptions>>().Value.KeyPrefix);
    }

    [Fact]
    public async Task A_list_of_groups_is_read_from_a_part_of_the_configuration_too()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Part:Hub:Issuers:0:Issuer"] = "https://login.example",
                ["Part:Hub:Issuers:0:Keys:0"] = "first",
                ["Part:Hub:Issuers:0:Keys:1"] = "second",
            }).Build();
        var services = new ServiceCollection();
        services.AddSseHub(configuration.GetSection("Part"));
        await using var provider = services.BuildServiceProvider();
        var issuer = Assert.Single(provider.GetRequiredService<IOptions<HubOptions>>().Value.Issuers);
        Assert.Equal("https://login.example", issuer.Issuer);
        Assert.Equal(["first", "second"], issuer.Keys);
    }

    [Fact]
    public void Each_documented_setting_exists()
    {
        var names = Rows.Select(row => row.Split('|')[1]).SelectMany(cell => cell.Split(','))
            .Select(name => name.Trim().Trim('`')).Where(name => name.Contains(':', StringComparison.Ordinal)).ToList();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(names.Select(name => KeyValuePair.Create(name, (string?)"1"))).Build();
        SettingsSection[] sections =
        [
            new(configuration, "Streaming", typeof(StreamingOptions)),
            new(configuration, "Cors", typeof(CrossOriginOptions)),
            new(configuration, "Demo", typeof(DemoOptions)),
            new(configuration, "Hub", typeof(HubOptions)),
            new(configuration, "Redis", typeof(RedisOptions)),
            new(configuration, "Discussions", typeof(DiscussionOptions)),
        ];
        Assert.All(
            sections,
            section => Assert.Contains(
                names, name => name.StartsWith($"{section.Name}:", StringComparison.Ordinal)));
        Assert.Empty(sections.SelectMany(section => section.Unknown()));
    }

    [Theory]
    [MemberData(nameof(Durations))]
    public void The_reference_gives_the_default(string setting, TimeSpan value, string written)
    {
        var number = int.Parse(written.Split(' ')[0]);
        var unit = written.Split(' ')[1] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "min" => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromDays(1),
        };
        Assert.Equal(number * unit, value);
        var row = Assert.Single(Rows, row => row.StartsWith($"| `{setting}` |", StringComparison.Ordinal));
        Assert.Equal(written, row.Split('|')[3].Trim());
    }

    [Theory]
    [InlineData("Hub:MaxSubscribers", "10,000")]
    [InlineData("Hub:MaxSubscribersPerClient", "0")]
    [InlineData("Hub:TrustedProxies", "0")]
    [InlineData("Hub:MaxTopics", "1,000")]
    [InlineData("Hub:History:MaxCount", "10,000")]
    [InlineData("Hub:MaxUpdateBytes", "1 MiB")]
    [InlineData("Hub:History:MaxBytes", "64 MiB")]
    [InlineData("Hub:Cookie", "`mercureAuthorization`")]
    [InlineData("Hub:Publisher:Algorithm", "`HS256`")]
    [InlineData("Hub:Anonymous", "false")]
    [InlineData("Hub:Subscriptions", "false")]
    [InlineData("Discussions:Anonymous", "false")]
    [InlineData("Discussions:MaxParticipants", "6")]
    [InlineData("Discussions:Turns", "12")]
    [InlineData("Discussions:MaxTurns", "100")]
    [InlineData("Discussions:TokensPerTurn", "300")]
    [InlineData("Discussions:MaxTokens", "50,000")]
    [InlineData("Discussions:MaxMinutes", "15")]
    [InlineData("Discussions:MaxConcurrent", "5")]
    [InlineData("Discussions:MaxConcurrentPerClient", "1")]
    [InlineData("Discussions:MaxStartsPerMinute", "10")]
    [InlineData("Discussions:TokensPerDay", "500,000")]
    [InlineData("Discussions:MaxTopicLength", "500")]
    [InlineData("Discussions:MaxPersonaLength", "2,000")]
    [InlineData("Discussions:WindowTurns", "8")]
    [InlineData("Discussions:WindowLength", "8,000")]
    public void The_reference_gives_the_default_of_the_hub_and_of_discussions(string setting, string written)
    {
        object value = setting.StartsWith("Hub:", StringComparison.Ordinal)
            ? new HubOptions()
            : new DiscussionOptions();
        foreach (var name in setting.Split(':')[1..]) value = value.GetType().GetProperty(name)!.GetValue(value)!;
        var text = value switch
        {
            bool flag => flag ? "true" : "false",
            string name => $"`{name}`",
            int or long when setting.EndsWith("Bytes", StringComparison.Ordinal) =>
                $"{Convert.ToInt64(value) / 1024 / 1024} MiB",
            _ => string.Format(System.Globalization.CultureInfo.InvariantCulture, "{0:N0}", value),
        };
        Assert.Equal(written, text);
        var row = Assert.Single(Rows, row => row.StartsWith($"| `{setting}` |", StringComparison.Ordinal));
        Assert.Equal(written, row.Split('|')[3].Trim());
    }

    [Fact]
    public void The_reference_gives_the_default_of_the_shared_log()
    {
        Assert.Equal("sse", new RedisOptions().KeyPrefix);
        Assert.Equal("", new RedisOptions().ConnectionString);
        Assert.Equal(("", ""), (new RedisOptions().Credential, new RedisOptions().ClientId));
        Assert.Single(
            Rows,
            row => row.StartsWith("| `Redis:KeyPrefix` | letters, digits, `-_.:` | `sse` |", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(typeof(HistoryOptions), "Hub:History")]
    [InlineData(typeof(StreamingOptions), StreamingOptions.Section)]
    [InlineData(typeof(DemoOptions), DemoOptions.Section)]
    [InlineData(typeof(CrossOriginOptions), CrossOriginOptions.Section)]
    [InlineData(typeof(RedisOptions), RedisOptions.Section)]
    public void The_reference_names_every_setting(Type options, string section) => Assert.All(
        options.GetProperties(),
        property =>
            Assert.Single(Rows, row => row.StartsWith($"| `{section}:{property.Name}` |", StringComparison.Ordinal)));

    [Fact]
    public void The_reference_names_every_setting_of_the_hub() => Assert.All(
        typeof(HubOptions).GetProperties(),
        property => Assert.Contains(Rows, row => row.Contains($"`Hub:{property.Name}", StringComparison.Ordinal)));

    [Fact]
    public void The_reference_names_every_setting_of_discussions_and_of_a_model() => Assert.All(
        typeof(DiscussionOptions).GetProperties().Select(property => property.Name)
            .Concat(typeof(ModelOptions).GetProperties().Select(property => $"Models:0:{property.Name}"))
            .Where(name => name is not nameof(DiscussionOptions.Models) and not nameof(DiscussionOptions.Scripted)),
        name => Assert.Single(Rows, row => row.StartsWith($"| `Discussions:{name}` |", StringComparison.Ordinal)));

    [Fact]
    public void The_reference_names_every_setting_of_a_role() => Assert.All(
        typeof(KeyOptions).GetProperties().Where(property => property.CanWrite),
        property =>
        {
            Assert.Single(
                Rows, row => row.StartsWith($"| `Hub:Publisher:{property.Name}` |", StringComparison.Ordinal));
            Assert.Contains(Rows, row => row.Contains($"`Hub:Subscriber:{property.Name}`", StringComparison.Ordinal));
        });

    [Fact]
    public void Core_Tools_finds_the_sample_in_a_fresh_clone() => Assert.Equal(
        File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")),
        File.ReadAllText(Path.Combine(Repository.Root, "SseFunctions", "local.settings.json")));
}
