namespace Orchestrator.Agents.Models;

/// <summary>The options of a model that is asked without an agent program: one question, one answer, no tools.</summary>
public sealed record ModelAgentOptions
{
    /// <summary>The service that answers for the model.</summary>
    public required ModelService Service { get; init; }

    /// <summary>Program and arguments of the request (<c>orchestrate ask-model</c>); <c>--request FILE</c> is added. It is a separate
    /// process, so that a pending answer outlives the caller.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Folder of conversations.</summary>
    public required string Conversations { get; init; }

    /// <summary>The default model, by name or alias.</summary>
    /// <value>Default: null, <c>opus</c>.</value>
    public string? Model { get; init; }

    /// <summary>Address of the service.</summary>
    /// <value>Default: null, its usual one (of the API: <c>ANTHROPIC_BASE_URL</c>).</value>
    public string? Url { get; init; }

    /// <summary>AWS region for Bedrock.</summary>
    /// <value>Default: null, as environment and profile have it.</value>
    public string? Region { get; init; }

    /// <summary>The environment to pass on, with the key or the AWS credentials.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = AgentEnvironment.OfThisProcess();
}

/// <summary>Services that provide models.</summary>
public enum ModelService
{
    /// <summary>The Anthropic API, with <c>ANTHROPIC_API_KEY</c>.</summary>
    Api,

    /// <summary>Amazon Bedrock, with the AWS credential chain.</summary>
    Bedrock,
}
