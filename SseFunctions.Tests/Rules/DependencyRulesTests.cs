using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.CodeAnalysis;
using SseFunctions.Hub;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>The allowed dependencies between folders, and the files that may use a library. The compiler checks the
/// dependencies between projects; these tests check those inside a project. The files in a project's root folder
/// compose the other folders and may use all of them.</summary>
public sealed class DependencyRulesTests(SourceProjects projects) : IClassFixture<SourceProjects>
{
    private const string App = "SseFunctions";
    private const string Streaming = "SseFunctions.Streaming";
    private const string Hub = "SseFunctions.Hub";
    private const string Redis = "SseFunctions.Hub.Redis";
    private const string Discussions = "SseFunctions.Discussions";

    // The root of the package has the types that all its folders share.
    private const string Root = "";

    // The project of the templates has no code of its own: its files are compiled in the apps that are created from it.
    private const string Templates = "SseFunctions.Templates";

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string[]>> MayUse =
        new Dictionary<string, FrozenDictionary<string, string[]>>
        {
            [Streaming] = new Dictionary<string, string[]>
            {
                ["Configuration"] = [],
                ["Cors"] = ["Configuration"],
            }.ToFrozenDictionary(),
            [Hub] = new Dictionary<string, string[]>
            {
                ["EventLogs"] = [],
                ["Topics"] = [],
                ["Tokens"] = [],
                ["Metrics"] = ["EventLogs"],
                ["Publishing"] = ["EventLogs", "Metrics", "Topics"],
                ["Presence"] = ["EventLogs", "Topics"],
                ["Delivery"] = ["EventLogs", "Metrics", "Presence", "Topics"],
                ["TopicLogs"] = ["EventLogs"],
                ["Protocol"] =
                    ["Delivery", "EventLogs", "Metrics", "Presence", "Publishing", "Tokens", "TopicLogs", "Topics"],
            }.ToFrozenDictionary(),
            [Redis] = new Dictionary<string, string[]>
            {
                ["Connection"] = [],
                ["Log"] = ["Connection"],
                ["Registry"] = ["Connection"],
                ["TopicLogs"] = ["Connection"],
            }.ToFrozenDictionary(),
            [Discussions] = new Dictionary<string, string[]>
            {
                ["Text"] = [Root],
                ["Participants"] = [Root, "Text"],
                ["Models"] = [Root, "Participants"],
                ["Transcripts"] = [Root],
                ["Running"] = [Root, "Models", "Participants", "Text", "Transcripts"],
                ["Answers"] = [Root, "Running"],
                ["Protocol"] = [Root, "Models", "Running", "Text", "Transcripts"],
                ["Adapters"] = [Root, "Protocol", "Running", "Transcripts"],
            }.ToFrozenDictionary(),
            [App] = new Dictionary<string, string[]>
            {
                ["Demo"] = [],
                ["Health"] = [],
                ["Telemetry"] = [],
                ["Unattended"] = [],
                ["Website"] = [],
            }.ToFrozenDictionary(),
        }.ToFrozenDictionary();

    // Compiler errors for a type or namespace that was not found. Other errors are expected: the source generators of
    // the SDK do not run here, so partial methods have no implementation.
    private static readonly string[] NameNotFound = ["CS0012", "CS0103", "CS0234", "CS0246"];

    public static TheoryData<string> Projects => [.. MayUse.Keys];

    [Fact]
    public void Every_project_is_in_the_table() => Assert.Equal(
        MayUse.Keys.Where(name => name != App).Order(),
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, "packages"))
            .Select(folder => Path.GetFileName(folder)).Where(name => name != Templates).Order());

    // An unresolved name would hide a dependency of the file.
    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_name_in_a_project_can_be_resolved(string name) => AssertNone(
        from problem in projects[name].Compilation.GetDiagnostics(TestContext.Current.CancellationToken)
        where NameNotFound.Contains(problem.Id)
        select problem.ToString());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_the_folders_that_it_may(string name)
    {
        var project = projects[name];
        AssertNone(
            from use in projects.UsesOf(name)
            let user = project.FolderOf(use.File)
            let used = use.DeclaredIn is { } file ? project.FolderOf(file) : user
            where user.Length > 0 && used != user && !MayUse[name].GetValueOrDefault(user, []).Contains(used)
            let usedFolder = used.Length > 0 ? $"folder {used}" : "the project's own folder"
            select $"folder {user} uses {usedFolder} ({Path.GetFileName(use.File)}: {use.Type.Name})");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_folder_is_in_the_table(string name) => Assert.Equal(
        MayUse[name].Keys.Order(),
        projects[name].Files.Select(file => projects[name].FolderOf(file.FilePath))
            .Where(folder => folder.Length > 0).Distinct().Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_functions_use_the_Functions_worker(string name) => Assert.All(
        FilesThatUse(name, "Microsoft.Azure.Functions"),
        file => Assert.EndsWith("Functions.cs", file, StringComparison.Ordinal));

    [Fact]
    public void Only_what_faces_HTTP_uses_AspNetCore_in_the_hub() => Assert.All(
        FilesThatUse(Hub, "Microsoft.AspNetCore"),
        file => Assert.Matches("(Authorization|Functions|Endpoints?|Request|Result)\\.cs$", file));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_shared_log_uses_the_client_of_Redis(string name)
    {
        if (name != Redis) Assert.Empty(FilesThatUse(name, "StackExchange"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_shared_log_models_and_telemetry_use_Azure(string name)
    {
        if (name == Redis) return;
        Assert.All(
            FilesThatUse(name, "Azure").Where(file => (name, Path.GetFileName(file)) is not (
                (Discussions, "ModelClient.cs" or "ChatErrors.cs") or (App, "StorageTurnMessages.cs"))),
            AssertIsTelemetry);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_telemetry_uses_OpenTelemetry(string name) =>
        Assert.All(FilesThatUse(name, "OpenTelemetry"), AssertIsTelemetry);

    [Fact]
    public void The_hub_does_not_reference_what_only_a_shared_log_needs() => Assert.DoesNotContain(
        ReferencesOf(typeof(HubFunctions)),
        name => name.StartsWith("StackExchange", StringComparison.Ordinal)
            || name.StartsWith("Azure", StringComparison.Ordinal));

    [Fact]
    public void Streaming_references_the_framework_alone()
    {
        string[] frameworks =
            [RuntimeEnvironment.GetRuntimeDirectory(), Path.GetDirectoryName(typeof(HttpContext).Assembly.Location)!];
        Assert.All(ReferencesOf(typeof(EventStreams)), name =>
            Assert.Contains(frameworks, folder => File.Exists(Path.Combine(folder, $"{name}.dll"))));
    }

    // The namespace of a package's public type is the name of the package, no matter which folder the type is in.
    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_follow_folders(string name) => Assert.All(
        SourceProject.TypesIn(projects[name].Compilation.Assembly.GlobalNamespace),
        type =>
        {
            var file = type.DeclaringSyntaxReferences[0].SyntaxTree.FilePath;
            var folder = Path.GetRelativePath(projects[name].Root, Path.GetDirectoryName(file)!)
                .Replace(Path.DirectorySeparatorChar, '.');
            var isOfPackage = type.DeclaredAccessibility == Accessibility.Public && name != App;
            Assert.Equal(
                folder == "." || isOfPackage ? name : $"{name}.{folder}",
                type.ContainingNamespace.ToDisplayString());
        });

    [Fact]
    public void The_path_of_the_hub_is_written_once() => Assert.Equal(
        ["HubPath.cs"],
        from name in MayUse.Keys
        from file in projects[name].Files
        from token in file.GetRoot(TestContext.Current.CancellationToken).DescendantTokens()
        where token.ValueText.Contains("well-known/mercure", StringComparison.Ordinal)
        select Path.GetFileName(file.FilePath));

    private static void AssertIsTelemetry(string file) =>
        Assert.Equal("Telemetry", Path.GetFileName(Path.GetDirectoryName(file)));

    // Not Assert.Empty, which truncates its message.
    private static void AssertNone(IEnumerable<string> problems)
    {
        string[] all = [.. problems.Distinct().Order()];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }

    private static IEnumerable<string> ReferencesOf(Type type) =>
        type.Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!);

    // Finds the files that use a type of this namespace, or of a namespace below it.
    private IEnumerable<string> FilesThatUse(string name, string library) => projects.UsesOf(name)
        .Where(use => $"{use.Type.ContainingNamespace}.".StartsWith($"{library}.", StringComparison.Ordinal))
        .Select(use => use.File).Distinct();
}
