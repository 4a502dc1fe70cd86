using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>LocalHost with a fake model server for the participants, so that a test decides what they say, and
/// when.</summary>
internal sealed class ModelDiscussion : IAsyncDisposable
{
    private ModelDiscussion(FakeModelServer model, LocalHostServer server) => (Model, Server) = (model, server);

    public FakeModelServer Model { get; }

    public LocalHostServer Server { get; }

    /// <summary>Starts both servers.</summary>
    /// <param name="answers">See <see cref="FakeModelServer.Start"/>.</param>
    public static Task<ModelDiscussion> Start(params Func<ModelCall, Task>[] answers) => Start([], answers);

    /// <summary>Starts both servers, LocalHost with these settings.</summary>
    public static async Task<ModelDiscussion> Start(string[] settings, params Func<ModelCall, Task>[] answers)
    {
        var model = await FakeModelServer.Start(answers);
        var server = await LocalHostServer.Start(settings: [.. SettingsFor(model), .. settings]);
        return new ModelDiscussion(model, server);
    }

    /// <summary>The settings of a server at which everyone may start discussions, and whose participants are this
    /// model.</summary>
    public static string[] SettingsFor(FakeModelServer model) =>
    [
        "Discussions:Anonymous=true",
        "Discussions:Models:0:Name=fake",
        "Discussions:Models:0:Model=fake",
        "Discussions:Models:0:Key=key",
        $"Discussions:Models:0:Endpoint={model.Url}",
    ];

    /// <summary>Starts a discussion of Ada and Bob with the id <c>debate</c>.</summary>
    public Task Begin(int turns = 2) => Server.Http.StartAs("debate", DiscussionClient.Request(turns: turns));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Model.DisposeAsync();
    }
}
