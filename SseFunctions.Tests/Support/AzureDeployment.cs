using System.Text.Json;

namespace SseFunctions.Tests.Support;

/// <summary>What the template would deploy, in a few versions: to evaluate one takes seconds.</summary>
internal sealed class AzureDeployment
{
    /// <summary>The object id of whoever deploys <see cref="Customised"/>.</summary>
    public const string Person = "33333333-3333-3333-3333-333333333333";

    private readonly JsonElement[] _resources;

    private AzureDeployment(JsonElement snapshot)
    {
        Text = snapshot.GetRawText();
        _resources = [.. snapshot.GetProperty("predictedResources").EnumerateArray()];
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The function app's properties.</summary>
    public JsonElement App => Single("Microsoft.Web/sites").GetProperty("properties");

    /// <summary>The function app's settings. What Azure alone knows is an expression, in brackets.</summary>
    public Dictionary<string, string> Settings => App.GetProperty("siteConfig").GetProperty("appSettings").EnumerateArray()
        .ToDictionary(setting => setting.GetProperty("name").GetString()!, setting => setting.GetProperty("value").GetString()!);

    /// <summary>With nothing chosen.</summary>
    public static Task<AzureDeployment> Default() => With();

    /// <summary>With everything chosen but a Redis.</summary>
    public static Task<AzureDeployment> Customised() => With(
        $"principalId = '{Person}'", "hubAnonymous = true", "corsAllowedOrigins = 'https://a.example,https://b.example'",
        "alwaysReadyInstances = 2", "httpConcurrency = 500", "instanceMemoryMB = 4096", "maximumInstances = 100", "maxStreamMinutes = 1380");

    /// <summary>With a Redis.</summary>
    public static Task<AzureDeployment> WithPrivateRedis() => With("redis = 'private'", "maxStreamMinutes = 2");

    /// <summary>With a Redis that is reached over the internet, of a certain size.</summary>
    public static Task<AzureDeployment> WithPublicRedis() => With(
        "redis = 'public'", "redisSku = 'Balanced_B5'", "redisHighAvailability = false", "maxStreamMinutes = 59");

    public IEnumerable<JsonElement> All(string type) =>
        _resources.Where(resource => resource.GetProperty("type").GetString() == type);

    public JsonElement Single(string type) => Assert.Single(All(type));

    private static async Task<AzureDeployment> With(params string[] parameters) => new(await Bicep.Snapshot(parameters));
}
