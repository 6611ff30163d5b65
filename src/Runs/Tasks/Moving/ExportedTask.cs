namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>A task in a file, for transfer to another host.</summary>
public sealed record ExportedTask
{
    /// <summary>Schema version of this document.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    /// <summary>The version that is written and accepted.</summary>
    internal const int Version = 1;

    /// <summary>Id of the run that the task belonged to.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>Id of the task.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>JSON of a plan with only this task and no dependencies, because the base contains their results.</summary>
    [JsonPropertyName("plan")]
    public required string Plan { get; init; }

    /// <summary>Id of the agent's conversation, or empty if the file contains none; an agent then starts from the files alone.</summary>
    [JsonPropertyName("session")]
    public required string Session { get; init; }

    /// <summary>Number of agent runs that the task has had.</summary>
    [JsonPropertyName("starts")]
    public int Starts { get; init; }

    /// <summary>Identity of the exporting host.</summary>
    [JsonPropertyName("machine")]
    public required string Machine { get; init; }

    /// <summary>Time of the export.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    /// <summary>Prefix of the ref in the file. It has the work as one commit on its base, followed by a commit with this
    /// document.</summary>
    internal const string Prefix = "refs/orchestrator/exported";

    /// <summary>Path of this document in that commit.</summary>
    internal const string FactsPath = ".orchestrate-export/task.json";

    /// <summary>Path of the conversation in that commit.</summary>
    internal const string ConversationPath = ".orchestrate-export/conversation.jsonl";
}

[JsonSerializable(typeof(ExportedTask))]
internal sealed partial class ExportedTaskJson : JsonSerializerContext;
