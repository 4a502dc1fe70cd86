using Microsoft.Extensions.Configuration;

namespace SseFunctions.Streaming.Configuration;

/// <summary>A section of the configuration whose settings all belong to one type.</summary>
internal sealed record SettingsSection(IConfiguration Configuration, string Name, Type Type)
{
    /// <summary>Returns the settings in the section that do not exist, such as mistyped ones, each with the names that
    /// exist in its place.</summary>
    public IEnumerable<(string Setting, string Known)> Unknown() => Unknown(Configuration.GetSection(Name), Type);

    private static IEnumerable<(string Setting, string Known)> Unknown(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties();
        foreach (var setting in section.GetChildren())
        {
            var property = Array.Find(
                properties, property => property.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var names = properties.Select(property => property.Name).Order(StringComparer.Ordinal);
                yield return (setting.Path, string.Join(", ", names));
                continue;
            }
            var groups = ItemOf(property.PropertyType) is { } item
                ? setting.GetChildren().Select(entry => (Section: entry, Type: item))
                : [(Section: setting, Type: property.PropertyType)];
            foreach (var group in groups.Where(group => IsGroup(group.Type)))
            {
                foreach (var unknown in Unknown(group.Section, group.Type)) yield return unknown;
            }
        }
    }

    private static Type? ItemOf(Type type) =>
        type is { IsGenericType: true, GenericTypeArguments: [var item] } ? item : null;

    // The libraries' own classes of settings, as opposed to texts, numbers and durations.
    private static bool IsGroup(Type type) =>
        type.IsClass && type.Namespace?.StartsWith(nameof(SseFunctions), StringComparison.Ordinal) == true;
}
