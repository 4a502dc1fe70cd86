using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.Streaming.Configuration;

/// <summary>A marker in an app's services: the feature with this name has been added with this configuration.</summary>
internal sealed record AddedFeature(string Name, IConfiguration Configuration);

/// <summary>Lets a feature be added only once, even if the app calls its method several times.</summary>
internal static class AddedFeatures
{
    /// <summary>Marks the feature as added.</summary>
    /// <param name="services">The app's services, in which the marker is kept.</param>
    /// <param name="name">The feature: the name of the method or type that stands for it.</param>
    /// <param name="method">The method that the app has called, for the error message.</param>
    /// <param name="configuration">The configuration that the app has passed. In the sections, each call must have the
    /// same values.</param>
    /// <param name="sections">The sections of the configuration that the feature reads.</param>
    /// <returns>True if the caller has to add the feature's services; false if an earlier call has added
    /// them.</returns>
    /// <exception cref="InvalidOperationException">An earlier call had other settings.</exception>
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
            throw new InvalidOperationException($"{method} was called with a different configuration than an earlier "
                + $"call: the setting {key} differs. Use the same configuration for all calls.");
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
