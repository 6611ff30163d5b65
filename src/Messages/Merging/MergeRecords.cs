using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Request to merge the verified work of a task.</summary>
public sealed record TaskMergeRequest([property: ValidTemporalIdentifier] string TaskId, string Commit, int Attempt)
{
    /// <summary>Ids of the tasks on which the task depends.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <inheritdoc cref="TaskWorkflowInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>
    /// Position in the merge queue; smaller numbers merge first. Computed from the order of arrival and the task's priority, so that no
    /// request waits forever. 0 for requests from earlier versions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Turn { get; init; }

    /// <inheritdoc cref="TaskReport.Installs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>True if the merge queue releases the task's worktree once the work is on the staging branch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Releases { get; init; }
}

/// <summary>Outcome of merging a task, or the progress of the merge so far.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MergeOutcome>))]
public enum MergeOutcome
{
    /// <summary>The work can't be merged to the staging branch in its current form.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The work conflicts with the staging branch, and the conflict must be resolved first.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>The merge commit exists and no gate has failed on it, but the staging branch does not contain it yet.</summary>
    [JsonStringEnumMemberName("made")]
    Made,

    /// <summary>The merge commit is on the staging branch.</summary>
    [JsonStringEnumMemberName("merged")]
    Merged,
}

/// <summary>
/// Result of merging one task. Its members are filled in as the merge proceeds, beginning with the merge commit and ending with the message
/// for the task.
/// </summary>
public sealed record MergeResult
{
    [ValidTemporalIdentifier]
    public string TaskId { get; init; } = "";

    /// <summary>Number of the attempt that produced the work, from 1.</summary>
    public int Attempt { get; init; }
    public MergeOutcome Outcome { get; init; }

    /// <summary>Id of the merge commit; empty if none was made.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Id of the merge commit's git tree; empty if no commit was made, or null for merges from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Tree { get; init; }

    /// <summary>First parent of the merge commit: the tip of the staging branch, or the previous merge in the batch.</summary>
    public string Onto { get; init; } = "";

    /// <summary>Message for the task: the reason why its merge was refused, or remarks about the gates that passed.</summary>
    public string Message { get; init; } = "";
    public string ProblemsFile { get; init; } = "";

    /// <summary>
    /// Cause of the failure. Any value except <see cref="FailureClass.None"/> means that no gate reached a verdict on the work.
    /// </summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>Names of the gates that failed on the merge.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>Names of the gates that failed on the merge and passed when repeated.</summary>
    public IReadOnlyList<string> Flaky { get; init; } = [];

    /// <summary>Number of failed gate runs on the merge.</summary>
    [Range(0, int.MaxValue)]
    public int Failures { get; init; }

    /// <summary>
    /// Sentence about a change that someone made to the staging branch before the merge; recorded in the run's events. Empty if the branch
    /// was not changed.
    /// </summary>
    public string Note { get; init; } = "";

    /// <summary>True if the task's worktree has already been released. False if the task must release it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Released { get; init; }

    /// <summary>True if the merge commit is on the staging branch.</summary>
    [JsonIgnore]
    public bool Merged => Outcome == MergeOutcome.Merged;
}
