namespace Orchestrator.Agents.Models;

/// <summary>
/// Maps common aliases to the model names of each service. The names are taken from the SDK (Anthropic 13.10.0) and the CLI (2.1.328).
/// </summary>
internal static class ModelNames
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["opus"] = "claude-opus-5-5",
        ["sonnet"] = "claude-sonnet-5-5",
        ["haiku"] = "claude-haiku-5-5",
    };

    /// <summary>
    /// Returns a service's name for a model. Returns null for an alias on Bedrock if no model id is configured, because Bedrock's names
    /// depend on the region and the account.
    /// </summary>
    /// <param name="model">Name or alias.</param>
    /// <param name="bedrockModel">Model id for Bedrock from the environment (<c>BEDROCK_MODEL_ID</c>).</param>
    internal static string? Find(ModelServiceKind service, string model, string? bedrockModel) =>
        service == ModelServiceKind.Bedrock
            ? Aliases.ContainsKey(model)
                ? bedrockModel is { Length: > 0 }
                    ? bedrockModel
                    : null
                : model
            : Aliases.GetValueOrDefault(model, model);
}
