using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Telemetry;

/// <summary>Keeps requests out of all logs: their URLs contain tokens and topics, and their headers, cookies and bodies
/// can contain them too. No log level that is set for a provider or a category turns these lines on again.</summary>
internal static class PrivateLogs
{
    // This category logs "Request starting" and "Request finished" with the whole URL. All its levels must be off:
    // while one is on, ASP.NET Core keeps an activity and a log scope for each open stream. No failure is hidden:
    // Kestrel logs the same failures.
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    // Frameworks that handle requests, including requests of the app to other servers. Below Warning their lines
    // describe single requests: the path that is routed, the parameter that is bound, the bytes of a malformed request.
    private static readonly string[] Frameworks =
    [
        "Microsoft.AspNetCore", "Microsoft.Azure.Functions.Worker", "Microsoft.IdentityModel", "System.Net", "Azure",
        "Grpc",
    ];

    /// <summary>Adds the restriction to all log filter rules.</summary>
    public static IServiceCollection AddPrivateLogs(this IServiceCollection services) =>
        // PostConfigure runs after all configuration, and again when the log levels are reloaded.
        services.PostConfigure<LoggerFilterOptions>(Restrict);

    /// <summary>Whether log lines of this category and level may describe a request.</summary>
    internal static bool MayDescribeRequest(string? category, LogLevel level) =>
        category is not null && (category == Requests || (level < LogLevel.Warning && IsOfFramework(category)));

    // For each log line only one rule applies: the one that matches its provider and category best. So each rule is
    // replaced by a rule that also refuses private lines, and a rule is added for the lines that no other rule matches.
    private static void Restrict(LoggerFilterOptions options)
    {
        LoggerFilterRule[] rules = [new(null, null, options.MinLevel, null), .. options.Rules];
        options.Rules.Clear();
        foreach (var rule in rules)
        {
            var filter = rule.Filter;
            options.Rules.Add(new LoggerFilterRule(
                rule.ProviderName,
                rule.CategoryName,
                rule.LogLevel,
                (provider, category, level) =>
                    !MayDescribeRequest(category, level) && (filter is null || filter(provider, category, level))));
        }
    }

    private static bool IsOfFramework(string category)
    {
        foreach (var framework in Frameworks)
        {
            if (category.StartsWith(framework, StringComparison.OrdinalIgnoreCase)
                && (category.Length == framework.Length || category[framework.Length] == '.'))
                return true;
        }
        return false;
    }
}
