using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Telemetry;

/// <summary>Keeps requests out of every log: their URLs have tokens and topics in them, and so can their headers,
/// cookies and bodies. No log level that is set for a provider or a category brings them back.</summary>
internal static class PrivateLogs
{
    // "Request starting" and "Request finished", with the whole URL. No level of this category may be on: while one is,
    // ASP.NET Core keeps an activity and a log scope for each open stream. Kestrel logs the same failures.
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    // Frameworks that handle requests, the app's own ones to other servers included. Below Warning their lines describe
    // single requests: the path that is routed, the parameter that is bound, the bytes of a malformed request.
    private static readonly string[] Frameworks =
    [
        "Microsoft.AspNetCore", "Microsoft.Azure.Functions.Worker", "Microsoft.IdentityModel", "System.Net", "Azure",
        "Grpc",
    ];

    /// <summary>Adds this to all rules that say what is logged.</summary>
    public static IServiceCollection AddPrivateLogs(this IServiceCollection services) =>
        // After all configuration, also when the log levels are read again.
        services.PostConfigure<LoggerFilterOptions>(Restrict);

    /// <summary>Whether lines of this category and level may describe a request.</summary>
    internal static bool MayDescribeRequest(string? category, LogLevel level) =>
        category is not null && (category == Requests || (level < LogLevel.Warning && IsOfFramework(category)));

    // One rule decides on each line: the one that fits its provider and category best. So each rule is replaced by one
    // that also refuses such lines, and a rule is added for the lines that no other rule fits.
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
