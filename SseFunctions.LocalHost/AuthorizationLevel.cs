namespace Microsoft.Azure.Functions.Worker;

/// <summary>Takes the place of the Functions worker's enumeration of the same name.</summary>
public enum AuthorizationLevel
{
    /// <summary>No key.</summary>
    Anonymous,

    /// <summary>A key of the signed-in user.</summary>
    User,

    /// <summary>A key of the function or of the host.</summary>
    Function,

    /// <summary>A key of the system.</summary>
    System,

    /// <summary>The master key.</summary>
    Admin,
}
