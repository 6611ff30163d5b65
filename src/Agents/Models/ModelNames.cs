namespace Orchestrator.Agents.Models;

/// <summary>Model names of the services for common aliases. Source: the SDK's list (Anthropic 13.10.0) and CLI 2.1.328.</summary>
internal static class ModelNames
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["opus"] = "claude-opus-5-5",
        ["sonnet"] = "claude-sonnet-5-5",
        ["haiku"] = "claude-haiku-5-5",
    };

    /// <summary>Returns the service's name of a model. Null for an alias without one, since Bedrock's names depend on region and
    /// account.</summary>
    /// <param name="model">Name or alias.</param>
    /// <param name="bedrockModel">Model id for Bedrock from the environment (<c>BEDROCK_MODEL_ID</c>).</param>
    internal static string? Find(ModelService service, string model, string? bedrockModel) =>
        service == ModelService.Bedrock
            ? Aliases.ContainsKey(model)
                ? bedrockModel is { Length: > 0 }
                    ? bedrockModel
                    : null
                : model
            : Aliases.GetValueOrDefault(model, model);
}
