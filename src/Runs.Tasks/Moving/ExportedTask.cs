namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>A task that is taken to another machine as a file.</summary>
public sealed record ExportedTask
{
    /// <summary>Version of this document's shape.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    /// <summary>The version that is written and read.</summary>
    internal const int Version = 1;

    /// <summary>The run that it was a task of.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>The task's id.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>A plan with this task alone, as JSON, which depends on nothing: what it depended on is in its base.</summary>
    [JsonPropertyName("plan")]
    public required string Plan { get; init; }

    /// <summary>The conversation of its agent; empty: none is in the file, and an agent begins with the files alone.</summary>
    [JsonPropertyName("session")]
    public required string Session { get; init; }

    /// <summary>The number of starts of an agent for it.</summary>
    [JsonPropertyName("starts")]
    public int Starts { get; init; }

    /// <summary>Identity of the machine that it comes from.</summary>
    [JsonPropertyName("machine")]
    public required string Machine { get; init; }

    /// <summary>When it was exported.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    /// <summary>Prefix of the ref in the file: the work as one commit on its base, and on top of it a commit with these facts.</summary>
    internal const string Prefix = "refs/orchestrator/exported";

    /// <summary>Place of this document in that commit.</summary>
    internal const string FactsPath = ".orchestrate-export/task.json";

    /// <summary>Place of the conversation in that commit.</summary>
    internal const string ConversationPath = ".orchestrate-export/conversation.jsonl";
}

[JsonSerializable(typeof(ExportedTask))]
internal sealed partial class ExportedTaskJson : JsonSerializerContext;
