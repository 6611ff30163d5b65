using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Acp;

/// <summary>The request to the driver of the Agent Client Protocol; a file of the start's folder.</summary>
internal sealed record AcpRequest
{
    internal const string FileName = "acp.json";

    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Absolute path of the worktree.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The conversation to continue; null: a new one.</summary>
    public string? Session { get; init; }

    /// <summary>True if nothing may be changed: what asks for permission is refused.</summary>
    public bool AnswersOnly { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, AcpJson.Default.AcpRequest);

    internal static AcpRequest Parse(string json) =>
        JsonSerializer.Deserialize(json, AcpJson.Default.AcpRequest) ?? throw new JsonException("The request is empty.");
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(AcpRequest))]
internal sealed partial class AcpJson : JsonSerializerContext;
