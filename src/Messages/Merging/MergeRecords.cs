using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A verified task that waits to be merged.</summary>
public sealed record MergeRequest([property: Identifier] string TaskId, string Commit, int Attempt)
{
    /// <summary>Dependencies of the task.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>Turn in the merge queue; requests with smaller numbers are merged first. It is the request's number of arrival, less the
    /// places that its priority is worth, so that nothing waits for ever. 0 for requests from before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Turn { get; init; }

    /// <inheritdoc cref="TaskReport.Installs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }
}

/// <summary>Progress of a task's merge.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MergeOutcome>))]
public enum MergeOutcome
{
    /// <summary>The work can't be merged to staging as it is.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The task's work conflicts with staging, and the conflict has to be resolved.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>The merge commit exists and no gate has failed on it, but it is not on staging.</summary>
    [JsonStringEnumMemberName("made")]
    Made,

    /// <summary>The merge is on staging.</summary>
    [JsonStringEnumMemberName("merged")]
    Merged,
}

/// <summary>The merge of a single task, from its merge commit to the result reported to the task.</summary>
public sealed record MergeResult
{
    [Identifier]
    public string TaskId { get; init; } = "";

    /// <summary>Number of the attempt that produced the work.</summary>
    public int Attempt { get; init; }
    public MergeOutcome Outcome { get; init; }

    /// <summary>Id of the merge commit; empty if none was made.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Tree of the merge commit; empty if none was made, or for merges from before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Tree { get; init; }

    /// <summary>The parent of the merge: staging, or the previous merge in the batch.</summary>
    public string Onto { get; init; } = "";

    /// <summary>Message to the task: the reason for the refusal, or remarks about the gates that passed.</summary>
    public string Message { get; init; } = "";
    public string ProblemsFile { get; init; } = "";

    /// <summary>Cause of the failure. Any value except <see cref="FailureClass.None"/> means that the work itself was not
    /// judged.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>Gates that failed on the merge.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>Gates that failed and then passed on the merge.</summary>
    public IReadOnlyList<string> Flaky { get; init; } = [];

    /// <summary>Number of failed gate runs on the merge.</summary>
    [Range(0, int.MaxValue)]
    public int Failures { get; init; }

    /// <summary>Change to staging before the merge, for the run's events; empty if nothing changed.</summary>
    public string Note { get; init; } = "";

    /// <summary>True if the merge is on staging.</summary>
    [JsonIgnore]
    public bool Merged => Outcome == MergeOutcome.Merged;
}
