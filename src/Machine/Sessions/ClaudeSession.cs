using System.Text.Json.Serialization;

namespace Orchestrator.Machine.Sessions;

/// <summary>States of a conversation: used, ended or unknown.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionStanding>))]
public enum SessionStanding
{
    /// <summary>A process works in it.</summary>
    [JsonStringEnumMemberName("alive")]
    Alive,

    /// <summary>No process does.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,

    /// <summary>A process of the program runs in its folder, and says nowhere in which conversation.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>A conversation of Claude Code on this machine, whoever started it. Texts of others are cut, without secrets, and may hold what
/// a terminal obeys: they are shown as such. A member is null where it is not known.</summary>
/// <param name="Id">Its id.</param>
/// <param name="File">Absolute path of its file.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Standing">Whether somebody works in it, told by processes and never by the file's age.</param>
public sealed record ClaudeSession(string Id, string File, long Bytes, SessionStanding Standing)
{
    /// <summary>The process that works in it.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The folder that it works in.</summary>
    public string? Folder { get; init; }

    /// <summary>The branch that was checked out there.</summary>
    public string? Branch { get; init; }

    /// <summary>The subject of the conversation.</summary>
    public string? Title { get; init; }

    /// <summary>Version of the program that wrote last.</summary>
    public string? Version { get; init; }

    /// <summary>Model of the last answer.</summary>
    public string? Model { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Time of the last line.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>Tokens of the whole conversation, as the model had them with its last answer.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>The latest message of the conversation.</summary>
    public string? LastWords { get; init; }

    /// <summary>The task of a run whose agent's conversation it is: <c>RUN/TASK</c>; null: of none that is known here.</summary>
    public string? Task { get; init; }

    /// <summary>Why the file can't be read, as the end of a sentence; null: it can.</summary>
    public string? Fault { get; init; }
}
