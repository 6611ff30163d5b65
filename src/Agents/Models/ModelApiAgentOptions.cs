namespace Orchestrator.Agents.Models;

/// <summary>Options of a model that is called without an agent program. The model gets one question, gives one answer and has no
/// tools.</summary>
public sealed record ModelApiAgentOptions
{
    /// <summary>Service that provides the model.</summary>
    public required ModelServiceKind Service { get; init; }

    /// <summary>Program and arguments of the request (<c>orchestrate ask-model</c>), to which <c>--request FILE</c> is appended. The
    /// request runs in a separate process, so that a pending answer is not lost if the caller exits.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Folder in which conversations are stored.</summary>
    public required string Conversations { get; init; }

    /// <summary>Default model, as a name or an alias.</summary>
    /// <value>Default: null for <c>opus</c>.</value>
    public string? Model { get; init; }

    /// <summary>Address of the service.</summary>
    /// <value>Default: null, which means the usual address of the service (<c>ANTHROPIC_BASE_URL</c> for the API).</value>
    public string? Url { get; init; }

    /// <summary>AWS region for Bedrock.</summary>
    /// <value>Default: null, which means the region in the environment or profile.</value>
    public string? Region { get; init; }

    /// <summary>Environment variables to pass to the process, including the key or the AWS credentials.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = AgentEnvironment.OfThisProcess();
}

/// <summary>Services that provide models.</summary>
public enum ModelServiceKind
{
    /// <summary>Anthropic API, with the key from <c>ANTHROPIC_API_KEY</c>.</summary>
    Api,

    /// <summary>Amazon Bedrock, with credentials from the AWS credential chain.</summary>
    Bedrock,
}
