namespace Microsoft.Azure.Functions.Worker;

/// <summary>Takes the place of the Functions worker's attribute of the same name.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    /// <summary>Which key the platform asks for. Not checked here, as Core Tools does not check it either.</summary>
    public AuthorizationLevel AuthLevel { get; } = authLevel;

    /// <summary>The verbs, in lower case.</summary>
    public string[] Methods { get; } = methods;

    /// <summary>The route template, behind the route prefix of host.json.</summary>
    public string? Route { get; set; }
}
