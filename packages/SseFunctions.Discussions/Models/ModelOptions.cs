namespace SseFunctions.Discussions;

/// <summary>A model that participants can use: an entry of <c>Discussions:Models</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>Gets or sets the name by which a start request chooses the model. Required, unique, and not
    /// <c>scripted</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the URL of the server, which speaks OpenAI's chat completions. Null: OpenAI itself. An URL
    /// below <c>openai.azure.com</c> or <c>cognitiveservices.azure.com</c> is Azure OpenAI, to which
    /// <c>/openai/v1/</c> is added if it has no path.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the server's key. Null or empty: the app's identity signs in (Azure only).</summary>
    public string? Key { get; set; }

    /// <summary>Gets or sets the model, or the deployment at Azure OpenAI. Required.</summary>
    public string Model { get; set; } = "";
}
