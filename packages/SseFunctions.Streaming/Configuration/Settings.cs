using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Reads sections of the configuration into options and checks them when the host starts, so that a wrong
/// setting is said once and clearly instead of at some request.</summary>
internal static class Settings
{
    private const string HowToWriteDurations = "Durations are written hh:mm:ss (2 seconds are 00:00:02).";

    /// <summary>Binds a section to <typeparamref name="T"/>; <see cref="ISettings.Problems"/> is asked at
    /// start.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="section">The name of the section.</param>
    /// <param name="lists">Reads the lists of the section, which may be written as one value.</param>
    public static void AddSettings<T>(
        this IServiceCollection services, IConfiguration configuration, string section, Action<T>? lists = null)
        where T : class, ISettings
    {
        services.AddOptions<T>()
            .Configure(options =>
            {
                Bind(configuration, section, options);
                lists?.Invoke(options);
            })
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>, ProblemsValidator<T>>();
        var isFirst = services.All(service => service.ImplementationType != typeof(SettingsCheck));
        if (isFirst) services.Insert(0, ServiceDescriptor.Singleton<IHostedService, SettingsCheck>());
    }

    /// <summary>A list that is given item by item, <c>Name__0</c>, <c>Name__1</c>, or as one value with
    /// commas; <paramref name="otherwise"/> if the configuration does not have it.</summary>
    public static IReadOnlyList<string> List(
        IConfiguration configuration, string key, IReadOnlyList<string> otherwise)
    {
        const StringSplitOptions trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var section = configuration.GetSection(key);
        if (!section.Exists()) return otherwise;
        return section.Value is { Length: > 0 } value
            ? value.Split(',', trimmed)
            : [.. section.GetChildren().Select(item => item.Value ?? "").Where(item => item.Length > 0)];
    }

    /// <summary>A list whose items may hold commas: it is given item by item, and one value is one item. An empty item
    /// stays, so that a position in the list is the number in the name of its setting. <paramref name="otherwise"/> if
    /// the configuration does not have the list.</summary>
    public static IReadOnlyList<string> Texts(
        IConfiguration configuration, string key, IReadOnlyList<string> otherwise)
    {
        var section = configuration.GetSection(key);
        if (!section.Exists()) return otherwise;
        return section.Value is { Length: > 0 } value
            ? [value]
            : [.. section.GetChildren().Select(item => item.Value ?? "")];
    }

    /// <summary>The problem with a duration below 0 or above <paramref name="longest"/>, or none.</summary>
    public static IEnumerable<string> OutOfRange(string key, TimeSpan duration, TimeSpan longest)
    {
        // 15 is fifteen days to .NET: the most likely slip, so its remedy is part of the message.
        if (duration < TimeSpan.Zero || duration > longest)
            yield return $"{key} is {duration}: set it to between 0 and {longest}. {HowToWriteDurations}";
    }

    private static void Bind<T>(IConfiguration configuration, string section, T options)
    {
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(section, typeof(T),
                [$"{exception.Message} {HowToWriteDurations}"]);
        }
    }

    private sealed class ProblemsValidator<T> : IValidateOptions<T>
        where T : class, ISettings
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var problems = options.Problems().ToArray();
            return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
