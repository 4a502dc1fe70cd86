using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Marks in an app's services that a feature has been added, and with what configuration.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Configuration">What the method that added the feature was given.</param>
internal sealed record AddedFeature(string Name, IConfiguration Configuration);

/// <summary>Adds a feature once, however often its method is called.</summary>
internal static class AddedFeatures
{
    /// <summary>Whether the feature still has to be added. The next call returns false.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">The feature.</param>
    /// <param name="method">The method that the app has called.</param>
    /// <param name="configuration">What the method was given.</param>
    /// <param name="sections">The sections of the configuration that the feature reads.</param>
    /// <exception cref="InvalidOperationException">The feature was added with other settings.</exception>
    public static bool TryAddFeature(
        this IServiceCollection services,
        string name,
        string method,
        IConfiguration configuration,
        params string[] sections)
    {
        var added = services.Select(service => service.ImplementationInstance).OfType<AddedFeature>()
            .FirstOrDefault(feature => feature.Name == name);
        if (added is null)
        {
            services.AddSingleton(new AddedFeature(name, configuration));
            return true;
        }
        if (DifferentKey(added.Configuration, configuration, sections) is { } key)
        {
            throw new InvalidOperationException($"{method} was called with another configuration than a call before, and "
                + $"the setting {key} differs between the two: use the same configuration for all calls.");
        }
        return false;
    }

    private static string? DifferentKey(IConfiguration first, IConfiguration second, string[] sections)
    {
        if (ReferenceEquals(first, second)) return null;
        foreach (var section in sections)
        {
            var before = Values(first, section);
            var now = Values(second, section);
            var key = before.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)
                .FirstOrDefault(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key));
            if (key is not null) return key;
        }
        return null;
    }

    private static Dictionary<string, string> Values(IConfiguration configuration, string section)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in configuration.GetSection(section).AsEnumerable())
        {
            if (value is not null) values[key] = value;
        }
        return values;
    }
}
