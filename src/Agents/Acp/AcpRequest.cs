using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Acp;

/// <summary>Request to the Agent Client Protocol driver, stored in the agent run's folder.</summary>
internal sealed record AcpRequest
{
    internal const string FileName = "acp.json";

    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Absolute path of the worktree.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Id of the conversation to continue, or null to start a new conversation.</summary>
    public string? Session { get; init; }

    /// <summary>True to refuse all permission requests, because the agent must answer without changing files.</summary>
    public bool AnswersOnly { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, AcpJsonContext.Default.AcpRequest);

    internal static AcpRequest Parse(string json) =>
        JsonSerializer.Deserialize(json, AcpJsonContext.Default.AcpRequest)
        ?? throw new JsonException("The ACP request file contains only JSON null.");
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(AcpRequest))]
internal sealed partial class AcpJsonContext : JsonSerializerContext;
