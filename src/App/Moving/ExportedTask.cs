using System.Text.Json.Serialization;

namespace Orchestrator.App.Moving;

/// <summary>A task that was exported to a file, for import on another host.</summary>
public sealed record ExportedTask
{
    /// <summary>Version of the file format.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    /// <summary>The file format version that this program writes and accepts.</summary>
    internal const int Version = 1;

    /// <summary>Id of the run to which the task belonged.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>Id of the task.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>
    /// JSON of a plan that contains only this task. The task's dependencies are omitted, because the base contains their results.
    /// </summary>
    [JsonPropertyName("plan")]
    public required string Plan { get; init; }

    /// <summary>
    /// Id of the agent's conversation. If empty, the file contains no conversation, and the agent starts a new one with only the task's
    /// files.
    /// </summary>
    [JsonPropertyName("session")]
    public required string Session { get; init; }

    /// <summary>Number of agent runs that the task had before the export.</summary>
    [JsonPropertyName("starts")]
    public int Starts { get; init; }

    /// <summary>Identity of the host that exported the task.</summary>
    [JsonPropertyName("machine")]
    public required string Machine { get; init; }

    /// <summary>Time of the export in UTC.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    /// <summary>
    /// Prefix of the ref name in the export file. The ref points to a commit that contains the description of the exported task. The parent
    /// commit contains the task's work as a single commit on top of the task's base.
    /// </summary>
    internal const string Prefix = "refs/orchestrator/exported";

    /// <summary>Path, within the exported commit, of the file that describes the task.</summary>
    internal const string FactsPath = ".orchestrate-export/task.json";

    /// <summary>Path, within the exported commit, of the file with the agent's conversation.</summary>
    internal const string ConversationPath = ".orchestrate-export/conversation.jsonl";
}

[JsonSerializable(typeof(ExportedTask))]
internal sealed partial class ExportedTaskJsonContext : JsonSerializerContext;
