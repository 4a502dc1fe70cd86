using System.Text.Json;
using System.Text.RegularExpressions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>infra/main.bicep, compiled as <c>azd up</c> compiles it, and the table in docs/deploy.md.</summary>
public sealed partial class TemplateTests
{
    private static readonly JsonElement ParameterFile = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(Repository.Root, "infra", "main.parameters.json"))).RootElement.GetProperty("parameters");

    [Fact]
    public async Task Compiles_without_a_word_of_the_compiler()
    {
        var (_, messages) = await Bicep.Build();
        Assert.Equal("", messages.Trim());
    }

    // A rule that is off or a warning would let a fault pass.
    [Fact]
    public void Every_rule_of_the_linter_is_an_error() => Assert.All(
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "bicepconfig.json"))).RootElement
            .GetProperty("analyzers").GetProperty("core").GetProperty("rules").EnumerateObject(),
        rule => Assert.Equal("error", rule.Value.GetProperty("level").GetString()));

    [Fact]
    public void Needs_no_module_registry() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "infra"), "*.bicep"),
        file => Assert.All(Modules().Matches(File.ReadAllText(file)), module =>
            Assert.True(
                File.Exists(Path.Combine(Repository.Root, "infra", module.Groups[1].Value)),
                $"{file}: {module.Value}")));

    [Fact]
    public async Task Every_parameter_says_what_it_does_and_has_a_default_but_for_name_and_region()
    {
        var (template, _) = await Bicep.Build();
        var parameters = template.GetProperty("parameters").EnumerateObject().ToArray();
        Assert.All(parameters, parameter => Assert.NotEmpty(
            parameter.Value.GetProperty("metadata").GetProperty("description").GetString()!));
        Assert.Equal(["environmentName", "location"],
            parameters.Where(parameter => !parameter.Value.TryGetProperty("defaultValue", out _))
                .Select(parameter => parameter.Name));
    }

    // azd replaces an unset variable with an empty text, so main.parameters.json must repeat each default.
    [Fact]
    public async Task Variables_of_azd_have_the_defaults_of_the_parameters()
    {
        var (template, _) = await Bicep.Build();
        foreach (var parameter in template.GetProperty("parameters").EnumerateObject()
            .Where(parameter => parameter.Name is not ("environmentName" or "location" or "hubPublisherKey")))
        {
            var variable = ParameterFile.GetProperty(parameter.Name).GetProperty("value").GetString()!;
            Assert.Equal(parameter.Value.GetProperty("defaultValue").ToString().ToLowerInvariant(),
                Variables().Match(variable).Groups[2].Value.ToLowerInvariant());
        }
    }

    // As a variable, the key would be written to a file in plain text.
    [Fact]
    public void The_publishers_key_is_no_variable_of_azd() =>
        Assert.False(ParameterFile.TryGetProperty("hubPublisherKey", out _));

    [Fact]
    public async Task The_page_on_deploying_names_every_variable_with_its_default()
    {
        _ = await Bicep.Build();
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "deploy.md")).ToArray();
        foreach (var parameter in ParameterFile.EnumerateObject())
        {
            var variable = Variables().Match(parameter.Value.GetProperty("value").GetString()!);
            if (variable.Groups[1].Value.StartsWith("AZURE_", StringComparison.Ordinal)) continue;
            var row = Assert.Single(
                rows, row => row.StartsWith($"| `{variable.Groups[1].Value}` |", StringComparison.Ordinal));
            var value = variable.Groups[2].Value;
            Assert.Equal(value.Length == 0 ? "none" : $"`{value}`", row.Split('|')[2].Trim());
        }
    }

    [Fact]
    public async Task Outputs_name_the_page_and_no_secret()
    {
        var (template, _) = await Bicep.Build();
        var outputs = template.GetProperty("outputs");
        Assert.True(outputs.TryGetProperty("PAGE_URL", out _));
        Assert.All(outputs.EnumerateObject(), output =>
        {
            Assert.Equal("string", output.Value.GetProperty("type").GetString());
            Assert.DoesNotContain(
                "hubPublisherKey", output.Value.GetProperty("value").GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Nothing_asks_Azure_for_a_key() => Assert.DoesNotMatch(
        "(?i)listKeys|listAccountSas|listServiceSas|listSecrets|AccountKey=|InstrumentationKey=",
        (await Bicep.Build()).Template.GetRawText());

    [Fact]
    public async Task The_publishers_key_is_made_once_and_never_shown()
    {
        var (template, _) = await Bicep.Build();
        var parameter = template.GetProperty("parameters").GetProperty("hubPublisherKey");
        Assert.Equal("securestring", parameter.GetProperty("type").GetString());
        Assert.Contains("newGuid()", parameter.GetProperty("defaultValue").GetString(), StringComparison.Ordinal);
        var vault = template.GetProperty("resources")
            .GetProperty("keyVault").GetProperty("properties").GetProperty("template");
        Assert.Equal(
            "securestring",
            vault.GetProperty("parameters").GetProperty("hubPublisherKey").GetProperty("type").GetString());
        var secret = vault.GetProperty("resources").GetProperty("key");
        Assert.True(secret.GetProperty("@options").TryGetProperty("onlyIfNotExists", out _));
    }

    [GeneratedRegex("""^module \w+ '([^']+)'""", RegexOptions.Multiline)]
    private static partial Regex Modules();

    [GeneratedRegex("""^\$\{(\w+)=?(.*)\}$""")]
    private static partial Regex Variables();
}
