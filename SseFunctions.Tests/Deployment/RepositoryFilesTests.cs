using System.Text.Json;
using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>The files that azd, GitHub, the dev container and VS Code read: they must name files and variables that
/// exist, and fixed versions.</summary>
public sealed partial class RepositoryFilesTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    public static TheoryData<string> Workflows =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github", "workflows"))
        .Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Fact]
    public async Task Azd_finds_the_template_the_project_and_the_app_that_it_goes_to()
    {
        var azure = Read("azure.yaml");
        Assert.True(File.Exists(Full($"{Value(azure, "path")}/main.bicep")));
        var project = Value(azure, "project");
        Assert.True(File.Exists(Full($"{project}/{project}.csproj")));
        Assert.Equal("function", Value(azure, "host"));
        var app = (await AzureDeployment.Default()).Single("Microsoft.Web/sites");
        Assert.Contains(
            $"\n  {app.GetProperty("tags").GetProperty("azd-service-name").GetString()}:\n    project:",
            azure,
            StringComparison.Ordinal);
    }

    // A variable that the pipeline does not pass on would be deployed with its default.
    [Fact]
    public void The_pipeline_hands_on_every_variable_of_the_parameters()
    {
        var variables = Variables().Matches(Read("infra/main.parameters.json")).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith("AZURE_", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(variables);
        var (azure, workflow) = (Read("azure.yaml"), Read(".github/workflows/azure-dev.yml"));
        Assert.All(variables, name => Assert.Contains($"    - {name}\n", azure, StringComparison.Ordinal));
        Assert.All(
            variables,
            name => Assert.Contains($"      {name}: ${{{{ vars.{name} }}}}\n", workflow, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_names_what_is_there(string workflow)
    {
        var paths = Paths().Matches(Read(workflow)).Select(match => match.Value).Distinct();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(File.Exists(Full(path)), path));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_uses_versions(string workflow)
    {
        var text = Read(workflow);
        Assert.All(Uses().Matches(text), use => Assert.Matches("^[^@ ]+@(v[0-9]+|[0-9a-f]{40})$", use.Groups[1].Value));
        Assert.All(
            Runners().Matches(text), runner => Assert.DoesNotContain("latest", runner.Value, StringComparison.Ordinal));
        Assert.All(Globals().Matches(text), package => Assert.Matches("^[^@ ]+@[0-9]", package.Groups[1].Value));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_keeps_no_secret_and_may_do_no_more_than_it_has_to(string workflow)
    {
        var text = Read(workflow);
        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        Assert.Contains("\npermissions:\n  contents: read\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
        if (!text.Contains("id-token: write", StringComparison.Ordinal)) return;
        // A push to a branch must not deploy or publish: a person starts the workflow, or a tag does, in an environment
        // that can require a review.
        var isStartedByHand = text.Contains("\non:\n  workflow_dispatch:\n\n", StringComparison.Ordinal);
        var isForTags = text.Contains("\non:\n  push:\n    tags: [\"v*\"]\n\n", StringComparison.Ordinal)
            && text.Contains("\n    environment: ", StringComparison.Ordinal);
        Assert.True(isStartedByHand || isForTags, text);
    }

    [Fact]
    public void The_dev_container_is_made_of_versions_and_its_script_is_there()
    {
        var container = Json(".devcontainer/devcontainer.json");
        Assert.Matches(":[^:]*[0-9a-z]$", container.GetProperty("image").GetString());
        Assert.DoesNotContain("latest", container.GetRawText(), StringComparison.Ordinal);
        Assert.All(
            container.GetProperty("features").EnumerateObject(), feature => Assert.Matches(":[0-9]+$", feature.Name));
        var script = Full(container.GetProperty("postCreateCommand").GetString()!);
        Assert.True(File.Exists(script));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void F5_starts_what_is_built()
    {
        var tasks = Json(".vscode/tasks.json")
            .GetProperty("tasks").EnumerateArray().ToDictionary(task => task.GetProperty("label").GetString()!);
        Assert.All(tasks.Values.Where(task => task.TryGetProperty("dependsOn", out _)),
            task => Assert.Contains(task.GetProperty("dependsOn").GetString()!, tasks));
        var configurations = Json(".vscode/launch.json").GetProperty("configurations").EnumerateArray().ToArray();
        Assert.All(
            configurations,
            configuration => Assert.Contains(configuration.GetProperty("preLaunchTask").GetString()!, tasks));
        // F5 starts the first configuration in a fresh clone: it must not need Core Tools or an extension for Azure.
        var program = configurations[0].GetProperty("program")
            .GetString()!.Replace("${workspaceFolder}", Repository.Root, StringComparison.Ordinal);
        Assert.EndsWith(
            "SseFunctions.LocalHost/bin/Debug/net10.0/SseFunctions.LocalHost.dll", program, StringComparison.Ordinal);
        Assert.Contains(Json(".vscode/settings.json").GetProperty("azureFunctions.preDeployTask").GetString()!, tasks);
    }

    private static string Full(string path) => Path.Combine(Repository.Root, path);

    private static string Read(string path) => File.ReadAllText(Full(path));

    private static JsonElement Json(string path) => JsonDocument.Parse(Read(path), WithComments).RootElement;

    private static string Value(string yaml, string key) =>
        Regex.Match(yaml, $@"^ +{key}: (.+)$", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex(@"(?<=[\s/""])(scripts/[\w.-]+|\.ci/[\w.-]+|docs/[\w.-]+\.md|global\.json)")]
    private static partial Regex Paths();

    [GeneratedRegex(@"uses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex(@"runs-on: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Runners();

    [GeneratedRegex(@"npm install --global (\S+)")]
    private static partial Regex Globals();

    [GeneratedRegex(@"\$\{(\w+)=?[^}]*\}")]
    private static partial Regex Variables();
}
