namespace Microsoft.Azure.Functions.Worker;

/// <summary>Takes the place of the Functions worker's attribute of the same name, so that the functions' sources
/// compile without Microsoft's packages.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name, by which the host orders routes.</summary>
    public string Name { get; } = name;
}
