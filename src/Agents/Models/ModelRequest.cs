using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Models;

/// <summary>What one start asks of a model: the file <c>model-request.json</c> of its folder. It holds no secret; those are in the
/// environment.</summary>
internal sealed record ModelRequest
{
    internal const string FileName = "model-request.json";

    public required ModelService Service { get; init; }

    public required string Model { get; init; }

    public string? Url { get; init; }

    public string? Region { get; init; }

    /// <summary>JSON Schema of the answer.</summary>
    public required string Schema { get; init; }

    public string? System { get; init; }

    /// <summary>Id of the conversation, which the answer becomes a part of.</summary>
    public required string Session { get; init; }

    /// <summary>File of the conversation; it is there when the conversation was begun.</summary>
    public required string Conversation { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.ModelRequest);

    internal static ModelRequest Parse(string json) =>
        JsonSerializer.Deserialize(json, ModelJson.Default.ModelRequest) ?? throw new JsonException("The request is empty.");
}

/// <summary>What came of a request: the one line that the asking program prints.</summary>
internal sealed record ModelReply
{
    public AgentFailure Failure { get; init; }

    /// <summary>What happened, for a person; empty when all went well.</summary>
    public string Detail { get; set; } = "";

    /// <summary>JSON, or what the model said instead.</summary>
    public string? Answer { get; init; }

    /// <summary>When the service wants to be asked again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public string Model { get; set; } = "";

    public string Session { get; set; } = "";

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.ModelReply);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelRequest))]
[JsonSerializable(typeof(ModelReply))]
internal sealed partial class ModelJson : JsonSerializerContext;
