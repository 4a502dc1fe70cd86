using Microsoft.Extensions.Configuration;

namespace SseFunctions.Streaming.Configuration;

/// <summary>A section of the configuration whose settings belong to one type.</summary>
/// <param name="Configuration">The configuration that contains the section.</param>
/// <param name="Name">The name of the section.</param>
/// <param name="Type">The type of the settings.</param>
/// <param name="IsShared">Whether the app may have settings of its own in the section.</param>
internal sealed record SettingsSection(IConfiguration Configuration, string Name, Type Type, bool IsShared = false)
{
    /// <summary>Returns the settings in the section that do not exist, such as mistyped ones, each with the names that
    /// exist in its place. In a shared section, only names that resemble a setting which is absent.</summary>
    public IEnumerable<(string Setting, string Known)> Unknown()
    {
        var section = Configuration.GetSection(Name);
        var unknown = Unknown(section, Type);
        if (!IsShared) return unknown;
        var absent = Names(Type).Where(name => !section.GetSection(name).Exists()).ToList();
        return unknown.Where(item => absent.Exists(
            name => Spelling.IsMistyped(ConfigurationPath.GetSectionKey(item.Setting) ?? "", name)));
    }

    /// <summary>Returns the sections that are probably this one with a mistyped name: their names resemble this one's,
    /// and they contain a setting that this section can have.</summary>
    public IEnumerable<string> Mistyped() => Configuration.GetChildren()
        .Where(other => Spelling.IsMistyped(other.Key, Name)
            && other.GetChildren().Any(setting => Names(Type).Contains(setting.Key, StringComparer.OrdinalIgnoreCase)))
        .Select(other => other.Path);

    private static IEnumerable<(string Setting, string Known)> Unknown(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties();
        foreach (var setting in section.GetChildren())
        {
            var property = Array.Find(
                properties, property => property.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                yield return (setting.Path, string.Join(", ", Names(type)));
                continue;
            }
            var item = ItemOf(property.PropertyType);
            var groups = item is null
                ? [(Section: setting, Type: property.PropertyType)]
                : setting.GetChildren().Select(entry => (Section: entry, Type: item));
            foreach (var group in groups)
            {
                if (!IsGroup(group.Type))
                {
                    // The binder ignores names below a value too, as in Key__0, which should be Keys__0.
                    foreach (var below in group.Section.GetChildren())
                        yield return (below.Path, string.Join(", ", Names(type)));
                    continue;
                }
                // The binder ignores the value of a group, as in Issuers__Issuer without the number of the issuer.
                if (group.Section.Value is { Length: > 0 })
                {
                    var parent = item is null ? property.Name : $"{property.Name}:0";
                    yield return (
                        group.Section.Path, string.Join(", ", Names(group.Type).Select(name => $"{parent}:{name}")));
                }
                foreach (var unknown in Unknown(group.Section, group.Type)) yield return unknown;
            }
        }
    }

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal);

    private static Type? ItemOf(Type type) =>
        type is { IsGenericType: true, GenericTypeArguments: [var item] } ? item : null;

    // The libraries' own classes of settings, as opposed to texts, numbers and durations.
    private static bool IsGroup(Type type) =>
        type.IsClass && type.Namespace?.StartsWith(nameof(SseFunctions), StringComparison.Ordinal) == true;
}
