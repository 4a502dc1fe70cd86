using Azure.Core;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Participants;
using SseFunctions.Tests.Discussions.Participants;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions.Models;

public sealed class ModelSettingsTests
{
    [Fact]
    public void Without_settings_everybody_is_scripted()
    {
        var models = Models();
        Assert.Equal(["scripted"], models.Names);
        Assert.IsType<ScriptedParticipant>(models.Find(null));
        Assert.IsType<ScriptedParticipant>(models.Find(""));
        Assert.IsType<ScriptedParticipant>(models.Find("Scripted"));
        Assert.Null(models.Find("gpt"));
    }

    [Fact]
    public void The_first_model_is_the_default()
    {
        var models = Models(
            "Discussions:Models:0:Name=big", "Discussions:Models:0:Model=m", "Discussions:Models:0:Key=k",
            "Discussions:Models:1:Name=", "Discussions:Models:1:Key=",
            "Discussions:Models:2:Name=local", "Discussions:Models:2:Model=n",
            "Discussions:Models:2:Endpoint=http://localhost:11434/v1");
        Assert.Equal(["big", "local", "scripted"], models.Names);
        Assert.IsType<ChatParticipant>(models.Find(null));
        Assert.Same(models.Find(null), models.Find("BIG"));
        Assert.NotSame(models.Find(null), models.Find("local"));
        Assert.IsType<ScriptedParticipant>(models.Find("scripted"));
    }

    [Fact]
    public async Task A_client_that_the_app_has_registered_is_the_model_default()
    {
        await using var server = await FakeModelServer.Start(ModelAnswers.BreaksOff("Cars"));
        var client = ModelClient.Create(
            new ModelOptions { Name = "m", Model = "m", Endpoint = server.Url }, TimeSpan.FromMinutes(1));
        var models = Services([], services => services.AddSingleton(client)).GetRequiredService<IModels>();
        Assert.Equal(["default", "scripted"], models.Names);
        Assert.Equal("Cars", await models.Find(null)!.Text(Turns.Next()));
        Assert.Equal("", Assert.Single(server.Calls).Authorization);
    }

    [Fact]
    public void Settings_come_before_a_client_that_the_app_has_registered()
    {
        var client = ModelClient.Create(
            new ModelOptions { Name = "m", Model = "m", Key = "k" }, TimeSpan.FromMinutes(1));
        var models = Services(
            ["Discussions:Models:0:Name=big", "Discussions:Models:0:Model=m", "Discussions:Models:0:Key=k"],
            services => services.AddSingleton(client)).GetRequiredService<IModels>();
        Assert.Equal(["big", "scripted"], models.Names);
    }

    [Theory]
    [InlineData("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/", true)]
    [InlineData("https://r.services.ai.azure.com/", "https://r.services.ai.azure.com/openai/v1/", true)]
    [InlineData("https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai/v1", true)]
    [InlineData("https://openai.azure.com.example.com", "https://openai.azure.com.example.com/", false)]
    [InlineData("http://localhost:11434/v1", "http://localhost:11434/v1", false)]
    public void Knows_the_servers_of_Azure(string endpoint, string address, bool isAzure)
    {
        Assert.Equal(new Uri(address), ModelClient.Address(new Uri(endpoint)));
        Assert.Equal(isAzure, ModelClient.IsAzure(new Uri(endpoint)));
    }

    [Fact]
    public async Task Signs_in_at_Azure_with_the_identity_of_the_app()
    {
        var credential = new TestCredential(_ => new AccessToken("token", DateTimeOffset.UtcNow.AddHours(1)));
        // The client asks for the token first; then the name of the server cannot be found.
        var client = ModelClient.Create(
            new ModelOptions { Name = "m", Model = "m", Endpoint = new Uri("https://r.invalid.openai.azure.com:1") },
            TimeSpan.FromSeconds(1),
            credential);
        var failure = await Assert.ThrowsAsync<ParticipantException>(
            () => new ChatParticipant(client, new ChatManner(8, 8000, null)).Text(Turns.Next()));
        Assert.Equal(ParticipantException.ProviderError, failure.Reason);
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], credential.Scopes);
    }

    [Theory]
    [InlineData("Name=", "Discussions:Models:0:Name is '': set it to a name of 1 to 64 characters")]
    [InlineData("Name= x", "Discussions:Models:0:Name is ' x': set it to a name")]
    [InlineData("Name=Scripted", "which means no model at all: set it to another name.")]
    [InlineData("Model=", "Discussions:Models:0:Model is empty: set it to the model's name at the server")]
    [InlineData("Key=", "Discussions:Models:0:Key is empty, but OpenAI needs a key: set it")]
    [InlineData("Key=a b", "Discussions:Models:0:Key has white space")]
    [InlineData("Key=@Microsoft.KeyVault(SecretUri=https://v)", "Key is a reference to Key Vault that Azure did not")]
    [InlineData("Endpoint=/v1", "Discussions:Models:0:Endpoint must be an address with https://")]
    [InlineData("Endpoint=ftp://x", "Discussions:Models:0:Endpoint must be an address with https://")]
    [InlineData("Endpoint=https://u:p@x", "has a user or a password in it: set Discussions:Models:0:Key instead.")]
    [InlineData("Endpoint=https://x/?a=b", "has a query or a fragment")]
    [InlineData("Endpoint=http://example.com/v1", "must be an https:// address")]
    public void A_wrong_model_is_told_at_the_start(string setting, string message)
    {
        var (name, value) = (setting.Split('=', 2)[0], setting.Split('=', 2)[1]);
        var settings = new Dictionary<string, string> { ["Name"] = "big", ["Model"] = "m", ["Key"] = "k" };
        settings[name] = value;
        var failure = Assert.Throws<OptionsValidationException>(
            () => Models([.. settings.Select(pair => $"Discussions:Models:0:{pair.Key}={pair.Value}")]));
        Assert.Contains(message, Assert.Single(failure.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("a b", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Models=gpt", "Discussions:Models is one value, but must be a list: set Discussions:Models:0")]
    [InlineData("MaxParticipants=1", "Discussions:MaxParticipants is 1: set it to between 2 and 20.")]
    [InlineData("Turns=0", "Discussions:Turns is 0: set it to between 1 and 100, the value of Discussions:MaxTurns.")]
    [InlineData("Turns=101", "Discussions:Turns is 101: set it to between 1 and 100")]
    [InlineData("TokensPerTurn=0", "Discussions:TokensPerTurn is 0: set it to between 1 and 16000.")]
    [InlineData("MaxTokens=0", "Discussions:MaxTokens is 0: set it to 1 or more.")]
    [InlineData("MaxMinutes=0", "Discussions:MaxMinutes is 0: set it to between 1 and 1440.")]
    [InlineData("MaxConcurrent=0", "Discussions:MaxConcurrent is 0: set it to 1 or more.")]
    [InlineData("MaxStartsPerMinute=-1", "Discussions:MaxStartsPerMinute is -1: set it to 0 or more.")]
    [InlineData("MaxConcurrentPerClient=-1", "Discussions:MaxConcurrentPerClient is -1: set it to 0 or more.")]
    [InlineData("TokensPerDay=-1", "Discussions:TokensPerDay is -1: set it to 0 or more.")]
    [InlineData("ModelSilence=30", "Discussions:ModelSilence is 30.00:00:00: set it to between 0 and 00:10:00.")]
    [InlineData("ModelSilence=0", "Discussions:ModelSilence is 00:00:00: set it to 00:00:01 or more.")]
    [InlineData("Gather=00:00:02", "Discussions:Gather is 00:00:02: set it to between 0 and 00:00:01.")]
    [InlineData("Scripted:WordDelay=1", "Discussions:Scripted:WordDelay is 1.00:00:00: set it to between 0 and")]
    [InlineData("Retention=0", "Discussions:Retention is 00:00:00: set it to 00:01:00 or more.")]
    [InlineData("Temperature=3", "Discussions:Temperature is 3: set it to between 0 and 2, or remove it.")]
    [InlineData("WindowTurns=-1", "Discussions:WindowTurns is -1: set it to between 0 and 1000.")]
    public void A_wrong_setting_is_told_at_the_start(string setting, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Models($"Discussions:{setting}"));
        Assert.Contains(message, Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_need_two_names()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Models(
            "Discussions:Models:0:Name=big", "Discussions:Models:0:Model=m", "Discussions:Models:0:Key=k",
            "Discussions:Models:1:Name=BIG", "Discussions:Models:1:Model=m", "Discussions:Models:1:Key=k"));
        Assert.Equal(
            "Discussions:Models:0 and Discussions:Models:1 have the same Name: give one of them another name.",
            Assert.Single(failure.Failures));
    }

    private static IModels Models(params string[] settings) => Services(settings).GetRequiredService<IModels>();

    private static ServiceProvider Services(string[] settings, Action<IServiceCollection>? more = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings
            .Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]))).Build();
        var services = new ServiceCollection();
        services.AddDiscussionModels(configuration);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }
}
