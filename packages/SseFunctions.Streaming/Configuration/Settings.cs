using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Binds sections of the configuration to options and validates them when the host starts, so that a wrong
/// setting is reported once at the start instead of in a later request.</summary>
internal static class Settings
{
    private const string HowToWriteDurations = "Durations are written hh:mm:ss (2 seconds are 00:00:02).";

    /// <summary>Binds a section to <typeparamref name="T"/>, and validates it with <see cref="ISettings.Problems"/>
    /// when the host starts. <paramref name="lists"/> sets the lists of the section with <see cref="List"/> or
    /// <see cref="Texts"/>, because the binder cannot read a list that is written as one value. Settings that do not
    /// exist are logged at the start. If <paramref name="isShared"/> says that the app may have settings of its own in
    /// the section, only those are logged that resemble a setting which is absent.</summary>
    public static void AddSettings<T>(
        this IServiceCollection services,
        IConfiguration configuration,
        string section,
        Action<T>? lists = null,
        bool isShared = false)
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
        services.AddSingleton(new SettingsSection(configuration, section, typeof(T), isShared));
        var isFirst = services.All(service => service.ImplementationType != typeof(SettingsCheck));
        if (isFirst) services.Insert(0, ServiceDescriptor.Singleton<IHostedService, SettingsCheck>());
    }

    /// <summary>Reads a list that is written item by item (<c>Name__0</c>, <c>Name__1</c>) or as one value with commas.
    /// Empty items are removed. Returns <paramref name="otherwise"/> if the configuration does not have the
    /// list.</summary>
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

    /// <summary>Reads a list whose items may contain commas: it is written item by item, and one value is one item.
    /// Empty items are kept, so that an item's index in the list is the number in the name of its setting. Returns
    /// <paramref name="otherwise"/> if the configuration does not have the list.</summary>
    public static IReadOnlyList<string> Texts(
        IConfiguration configuration, string key, IReadOnlyList<string> otherwise)
    {
        var section = configuration.GetSection(key);
        if (!section.Exists()) return otherwise;
        return section.Value is { Length: > 0 } value
            ? [value]
            : [.. section.GetChildren().Select(item => item.Value ?? "")];
    }

    /// <summary>Reads a list whose items are sections, <c>Name__0__Setting</c>; empty if the configuration does not
    /// have the list. The binder alone would silently leave out an item with a value that it cannot convert.
    /// <paramref name="complete"/> is called for each item with the name of its section, to read the lists of the
    /// item.</summary>
    /// <exception cref="OptionsValidationException">The list is one value, or an item has a value that cannot be
    /// converted.</exception>
    public static IReadOnlyList<T> Items<T>(IConfiguration configuration, string key, Action<T, string> complete)
        where T : class, new()
    {
        var list = configuration.GetSection(key);
        if (list.Value is { Length: > 0 })
        {
            throw new OptionsValidationException(key, typeof(T),
                [$"{key} is one value, but must be a list: set {key}:0 and the names below it."]);
        }
        var items = new List<T>();
        foreach (var section in list.GetChildren())
        {
            // Not the path of the section: the configuration may be a section itself, whose path would count twice.
            var path = ConfigurationPath.Combine(key, section.Key);
            var item = new T();
            Bind(configuration, path, item);
            complete(item, path);
            items.Add(item);
        }
        return items;
    }

    /// <summary>Validates a duration: returns a problem if it is below 0 or above <paramref name="longest"/>, otherwise
    /// none.</summary>
    public static IEnumerable<string> OutOfRange(string key, TimeSpan duration, TimeSpan longest)
    {
        // The most likely mistake is a bare number: .NET reads 15 as 15 days. So the message explains the format.
        if (duration < TimeSpan.Zero || duration > longest)
            yield return $"{key} is {duration}: set it to between 0 and {longest}. {HowToWriteDurations}";
    }

    // A setting that is null in JSON counts as not set. The binder would set a text to null, and a duration to 0, which
    // turns heartbeats off.
    private static void Bind<T>(IConfiguration configuration, string section, T options)
    {
        var settings = configuration.GetSection(section);
        var set = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.AsEnumerable().Where(setting => setting.Value is not null)).Build();
        try
        {
            set.GetSection(settings.Path).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(section, typeof(T), [$"{exception.Message}{HowToWrite(exception)}"]);
        }
    }

    // The binder's message ends with the type of the setting.
    private static string HowToWrite(InvalidOperationException exception) =>
        IsFor<TimeSpan>(exception) ? $" {HowToWriteDurations}"
        : IsFor<bool>(exception) ? " Write true or false."
        : IsFor<int>(exception) ? $" Write a whole number in digits alone, at most {int.MaxValue}."
        : IsFor<long>(exception) ? $" Write a whole number in digits alone, at most {long.MaxValue}."
        : IsFor<Uri>(exception) ? " Write a whole address, such as https://example.com/keys."
        : "";

    private static bool IsFor<T>(InvalidOperationException exception) =>
        exception.Message.Contains($"'{typeof(T).FullName}'", StringComparison.Ordinal);

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
