using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Models;

/// <summary>Request to a model, stored as <c>model-request.json</c> in the agent run's folder. The file contains no secrets, because keys
/// are passed in the environment.</summary>
internal sealed record ModelRequest
{
    internal const string FileName = "model-request.json";

    public required ModelServiceKind Service { get; init; }

    public required string Model { get; init; }

    public string? Region { get; init; }

    /// <summary>JSON Schema of the answer.</summary>
    public required string Schema { get; init; }

    public string? System { get; init; }

    /// <summary>Id of the conversation to start or continue.</summary>
    public required string Session { get; init; }

    /// <summary>File of the conversation, which is created when the conversation starts.</summary>
    public required string Conversation { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, ModelRequestJsonContext.Default.ModelRequest);

    internal static ModelRequest Parse(string json) =>
        JsonSerializer.Deserialize(json, ModelRequestJsonContext.Default.ModelRequest)
        ?? throw new JsonException("The model request file contains only JSON null.");
}

/// <summary>Result of a request, printed as a single line by <c>orchestrate ask-model</c>.</summary>
internal sealed record ModelResponse
{
    public AgentFailure Failure { get; init; }

    /// <summary>Description of the failure for users. Empty if the request succeeded.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Answer as JSON, or the model's text if the model did not return JSON. Null if there is no answer.</summary>
    public string? Answer { get; init; }

    /// <summary>Retry time from the service's retry-after header, or null if the response contained none.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public string Model { get; set; } = "";

    public string Session { get; set; } = "";

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, ModelRequestJsonContext.Default.ModelResponse);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelRequest))]
[JsonSerializable(typeof(ModelResponse))]
internal sealed partial class ModelRequestJsonContext : JsonSerializerContext;
