using System.Text.Json.Serialization;

namespace Orchestrator.App.Documents;

/// <summary>The results of all gates of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Gates">The results at the base, of each task's attempts and merges, and at the landing.</param>
public sealed record GatesDocument(string RunId, IReadOnlyList<GateResultLine> Gates) : SchemaVersionedDocument;

/// <summary>Stage of a run at which a gate was executed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateStage>))]
public enum GateStage
{
    /// <summary>The base commit of the run, before any work.</summary>
    [JsonStringEnumMemberName("base")]
    Base,

    /// <summary>The work of a task in one attempt.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>The merge of a task's work into the staging branch.</summary>
    [JsonStringEnumMemberName("merge")]
    Merge,

    /// <summary>The whole result of the run, before it lands.</summary>
    [JsonStringEnumMemberName("landing")]
    Landing,
}

/// <summary>The result of one gate in a run.</summary>
/// <param name="Id">Id of the result, unique within the run.</param>
/// <param name="Stage">The work that the gate checked.</param>
/// <param name="Task">Id of the task, or null if the gate checked the whole run.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record GateResultLine(string Id, GateStage Stage, string? Task, GateVerdict Verdict)
{
    /// <summary>Number of the task's attempt, starting at 1, or 0 for the base and for staging.</summary>
    [JsonIgnore]
    public int Attempt { get; init; }
}

/// <summary>A part of a gate's log.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Gate">Id of the gate's result.</param>
/// <param name="First">Number of the first line, starting at 1.</param>
/// <param name="Lines">The lines exactly as the gate printed them.</param>
/// <param name="Next">Cursor of the next part, or null if this is the last part.</param>
public sealed record GateLogDocument(string RunId, string Gate, int First, IReadOnlyList<string> Lines, string? Next)
    : SchemaVersionedDocument;
