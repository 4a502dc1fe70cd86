namespace SseFunctions.Tests.Rules;

/// <summary>The projects that are compiled for both hosts. Each is compiled when a test first asks for it.</summary>
public sealed class SourceProjects
{
    // A project may reference those before it.
    private static readonly (string Name, string Folder)[] Order =
    [
        ("SseFunctions.Streaming", "packages/SseFunctions.Streaming"),
        ("SseFunctions.Hub", "packages/SseFunctions.Hub"),
        ("SseFunctions.Hub.Redis", "packages/SseFunctions.Hub.Redis"),
        ("SseFunctions.Discussions", "packages/SseFunctions.Discussions"),
        ("SseFunctions", "SseFunctions"),
    ];

    private readonly Dictionary<string, SourceProject> _projects = [];
    private readonly Dictionary<string, IReadOnlyCollection<SourceUse>> _uses = [];

    internal SourceProject this[string name]
    {
        get
        {
            if (_projects.TryGetValue(name, out var project)) return project;
            var index = Array.FindIndex(Order, item => item.Name == name);
            string[] lower = [.. Order.Take(index).Select(item => item.Name)];
            return _projects[name] = new SourceProject(name, Order[index].Folder, lower);
        }
    }

    internal IReadOnlyCollection<SourceUse> UsesOf(string name) =>
        _uses.TryGetValue(name, out var uses) ? uses : _uses[name] = this[name].Uses();
}
