using SseFunctions.Discussions.Models;

namespace SseFunctions.Discussions;

/// <summary>A model that participants can use: an entry of <c>Discussions:Models</c>.</summary>
public sealed class ModelOptions
{
    private const string KeyVaultReference = "@Microsoft.KeyVault(";
    private const int LongestName = 64;

    /// <summary>Gets or sets the name by which a start request chooses the model. Required, unique, and not
    /// <c>scripted</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the URL of the server, which speaks OpenAI's chat completions. Null: OpenAI itself. A URL
    /// below <c>openai.azure.com</c>, <c>cognitiveservices.azure.com</c> or <c>services.ai.azure.com</c> is Azure
    /// OpenAI, to which <c>/openai/v1/</c> is added if it has no path.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the server's key. Null or empty: the app's identity signs in at Azure, and other servers
    /// get no key. OpenAI itself needs one.</summary>
    public string? Key { get; set; }

    /// <summary>Gets or sets the model, or the deployment at Azure OpenAI. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>Whether no setting has a value, as in an item that was emptied instead of removed.</summary>
    internal bool IsEmpty => string.IsNullOrEmpty(Name) && Endpoint is null && string.IsNullOrEmpty(Key)
        && string.IsNullOrEmpty(Model);

    /// <summary>Returns a sentence for each problem, which says what to change; none if the settings can be used. The
    /// sentences do not contain the key.</summary>
    /// <param name="section">The section of these settings, such as <c>Discussions:Models:0</c>.</param>
    internal IEnumerable<string> Problems(string section)
    {
        var name = $"{section}:{nameof(Name)}";
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > LongestName || Name != Name.Trim()
            || Name.Any(char.IsControl))
        {
            yield return $"{name} is '{Name}': set it to a name of 1 to {LongestName} characters, without white space "
                + "around it.";
        }
        else if (Name.Equals(ConfiguredModels.Scripted, StringComparison.OrdinalIgnoreCase))
            yield return $"{name} is '{Name}', which means no model at all: set it to another name.";
        if (string.IsNullOrWhiteSpace(Model))
        {
            yield return $"{section}:{nameof(Model)} is empty: set it to the model's name at the server, or to the "
                + "deployment's name at Azure OpenAI.";
        }
        foreach (var problem in KeyProblems($"{section}:{nameof(Key)}", section)) yield return problem;
        if (Endpoint is not null && EndpointProblem(Endpoint, section) is { } wrong)
            yield return $"{section}:{nameof(Endpoint)} {wrong}";
    }

    private IEnumerable<string> KeyProblems(string key, string section)
    {
        if (string.IsNullOrEmpty(Key))
        {
            if (Endpoint is null)
            {
                yield return $"{key} is empty, but OpenAI needs a key: set it, or set {section}:{nameof(Endpoint)} to "
                    + "another server.";
            }
            yield break;
        }
        // If Azure cannot resolve a reference, the setting contains the reference itself.
        if (Key.StartsWith(KeyVaultReference, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{key} is a reference to Key Vault that Azure did not resolve: check that the secret exists, "
                + "and that the app's identity (keyVaultReferenceIdentity) may read it; then change any app setting, "
                + "because a restart alone does not make Azure resolve it again.";
        }
        else if (Key.Any(letter => letter is <= ' ' or >= '\x7F'))
            yield return $"{key} has white space or characters that no key has: set it to the key alone.";
    }

    private string? EndpointProblem(Uri endpoint, string section)
    {
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
            return "must be an address with https://, such as https://my-resource.openai.azure.com.";
        if (endpoint.UserInfo.Length > 0)
            return $"has a user or a password in it: set {section}:{nameof(Key)} instead.";
        if (endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return "has a query or a fragment: set it to the part before '?' and '#'.";
        var isSafe = endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback
            || (string.IsNullOrEmpty(Key) && !ModelClient.IsAzure(endpoint));
        return isSafe ? null : "must be an https:// address, because the key or the identity's token would be sent in "
            + "the clear (http:// is allowed for this machine, and for servers other than Azure's without a key).";
    }
}
