using System.Text.Json;

namespace SseFunctions.Tests.Support;

/// <summary>The resources that the template would deploy with a few sets of parameters. They are shared by the tests,
/// because the evaluation of one set takes seconds.</summary>
internal sealed class AzureDeployment
{
    /// <summary>The object id of the user who deploys <see cref="Customized"/>.</summary>
    public const string Person = "33333333-3333-3333-3333-333333333333";

    private readonly JsonElement[] _resources;

    private AzureDeployment(JsonElement snapshot)
    {
        Text = snapshot.GetRawText();
        _resources = [.. snapshot.GetProperty("predictedResources").EnumerateArray()];
    }

    /// <summary>All deployed resources.</summary>
    public string Text { get; }

    /// <summary>The function app's properties.</summary>
    public JsonElement App => Single("Microsoft.Web/sites").GetProperty("properties");

    /// <summary>The function app's settings. A value that only Azure knows is an expression in brackets.</summary>
    public Dictionary<string, string> Settings =>
        App.GetProperty("siteConfig").GetProperty("appSettings").EnumerateArray()
        .ToDictionary(
            setting => setting.GetProperty("name").GetString()!, setting => setting.GetProperty("value").GetString()!);

    public static Task<AzureDeployment> Default() => With();

    /// <summary>The deployment with all parameters set, without Redis.</summary>
    public static Task<AzureDeployment> Customized() => With(
        $"principalId = '{Person}'", "hubAnonymous = true",
        "corsAllowedOrigins = 'https://a.example,https://b.example'",
        "alwaysReadyInstances = 2", "httpConcurrency = 500", "instanceMemoryMB = 4096", "maximumInstances = 100",
        "maxStreamMinutes = 1380");

    /// <summary>The deployment with a Redis that only the private network reaches.</summary>
    public static Task<AzureDeployment> WithPrivateRedis() => With("redis = 'private'", "maxStreamMinutes = 2");

    /// <summary>The deployment with Redis of a given size that is reached over the internet.</summary>
    public static Task<AzureDeployment> WithPublicRedis() => With(
        "redis = 'public'", "redisSku = 'Balanced_B5'", "redisHighAvailability = false", "maxStreamMinutes = 59");

    public IEnumerable<JsonElement> All(string type) =>
        _resources.Where(resource => resource.GetProperty("type").GetString() == type);

    public JsonElement Single(string type) => Assert.Single(All(type));

    private static async Task<AzureDeployment> With(params string[] parameters) =>
        new(await Bicep.Snapshot(parameters));
}
