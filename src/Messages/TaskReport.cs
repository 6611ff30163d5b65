using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A task's report to its run: sent by signal at each change, and returned at the end.</summary>
public sealed record TaskReport
{
    /// <summary>The <see cref="Sequence"/> of a report on behalf of an execution that was ended from outside.</summary>
    public const int LastWord = 10_000_000;

    public required string TaskId { get; init; }

    /// <summary>Run id of the task's workflow execution, by which a late report of an earlier execution is recognized.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Plan that it works by; empty for a planner.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Grows by one with each report of that execution; <see cref="LastWord"/> in a report on its behalf.</summary>
    public required int Sequence { get; init; }

    [AllowedValues(
        TaskStates.Pending,
        TaskStates.Queued,
        TaskStates.Preparing,
        TaskStates.Executing,
        TaskStates.Verifying,
        TaskStates.Merging,
        TaskStates.Merged,
        TaskStates.Planned,
        TaskStates.Answered,
        TaskStates.Reviewed,
        TaskStates.Findings,
        TaskStates.Blocked,
        TaskStates.AwaitingApproval,
        TaskStates.Remediating,
        TaskStates.Parked,
        TaskStates.Failed,
        TaskStates.Skipped,
        TaskStates.Cancelled,
        TaskStates.Escalated
    )]
    public required string State { get; init; }
    public bool Paused { get; init; }
    public string Reason { get; init; } = "";

    [Range(0, 100_000)]
    public int Attempt { get; init; }

    /// <summary>Number of the last agent run.</summary>
    public int LastStart { get; init; }

    /// <summary>Agent processes started by this execution.</summary>
    [Range(0, 100_000)]
    public int Starts { get; init; }
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public string Commit { get; init; } = "";
    public string MergeCommit { get; init; } = "";
    public bool Reused { get; init; }
    public string Evidence { get; init; } = "";
    public string? Gates { get; init; }

    /// <summary>What was measured at <see cref="Commit"/>; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>Why it is parked: <see cref="FailureClass.Account"/>, <see cref="FailureClass.Environment"/>,
    /// <see cref="FailureClass.Gate"/> or <see cref="FailureClass.UsageLimit"/>.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>Subject of an approval, one of <see cref="ApprovalKinds"/>; empty: the merge of its work, where approval is
    /// awaited.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Asks { get; init; }

    /// <summary>Questions of its agent that the planner has answered; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAnswer>? Answers { get; init; }

    /// <summary>It waits for its parts, which are to become tasks of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AwaitsParts { get; init; }

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>The commit to be merged contains packages that were installed for it, not its work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>When a usage limit ends.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Signature of the agent's failure, without task-specific parts; empty where it says nothing about others.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Notices from its agent runs, the oldest first; none is ever removed.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>Of its last agent run; where a planner or a reviewer has ended: of what was accepted of its answers.</summary>
    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SaidHash { get; init; }

    /// <summary>Those of the agents that its task requires that were called by now; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }
}

/// <summary>A notice that changes nothing for the task: what an agent, or a person beside it, did to what all tasks share.</summary>
/// <param name="Text">A sentence for people.</param>
/// <param name="IsForPerson">A person has to know, for example of a hook that was put aside.</param>
public sealed record TaskNotice(string Text, bool IsForPerson = false);
