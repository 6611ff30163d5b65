using System.Text.Json.Serialization;

namespace Orchestrator.App.Conversations;

/// <summary>Indicates whether a running process has a Claude Code conversation open.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaudeSessionStatus>))]
public enum ClaudeSessionStatus
{
    /// <summary>A process has the conversation open.</summary>
    [JsonStringEnumMemberName("alive")]
    Alive,

    /// <summary>No process has the conversation open.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,

    /// <summary>A Claude Code process is running in the conversation's folder, but its open conversation is unknown.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>
/// A Claude Code conversation on this machine. Text from the conversation is truncated and redacted, and may contain terminal control
/// sequences. A property is null if its value is unknown.
/// </summary>
/// <param name="Id">Id of the conversation.</param>
/// <param name="File">Absolute path of the file.</param>
/// <param name="Bytes">Size of the file in bytes.</param>
/// <param name="Standing">State of the conversation, determined from processes and never from the file's age.</param>
public sealed record ClaudeSession(string Id, string File, long Bytes, ClaudeSessionStatus Standing)
{
    /// <summary>Id of the process that has the conversation open.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Working folder of the conversation.</summary>
    public string? Folder { get; init; }

    /// <summary>Branch that was checked out in the working folder of the conversation.</summary>
    public string? Branch { get; init; }

    /// <summary>Subject of the conversation.</summary>
    public string? Title { get; init; }

    /// <summary>Version of Claude Code that wrote the last line of the conversation's file.</summary>
    public string? Version { get; init; }

    /// <summary>Model that gave the last answer in the conversation.</summary>
    public string? Model { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Time of the last line in the conversation's file.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>Number of context tokens that the conversation occupied when the model gave its last answer.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>Latest message of the conversation.</summary>
    public string? LastWords { get; init; }

    /// <summary>
    /// Run and task of the agent to which the conversation belongs, as <c>RUN/TASK</c>. Null if no such task is found on this machine.
    /// </summary>
    public string? Task { get; init; }

    /// <summary>Reason why the conversation's file can't be read, phrased as the end of a sentence. Null if it can be read.</summary>
    public string? Fault { get; init; }
}
