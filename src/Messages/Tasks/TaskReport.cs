namespace Orchestrator.Messages;

/// <summary>A task's report to its run: sent by signal at each change, and returned at the end.</summary>
public sealed record TaskReport
{
    /// <summary>The <see cref="Sequence"/> of a report on behalf of an execution that was ended from outside.</summary>
    public const int LastWord = 10_000_000;

    /// <summary>The task as its workflow knows it; <see cref="TaskProgress.Outage"/>, <see cref="TaskProgress.Landed"/> and the ids in
    /// <see cref="TaskProgress.Parts"/> are the run's.</summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>Run id of the task's workflow execution, by which a late report of an earlier execution is recognized.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Plan that it works by; empty for a planner.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Grows by one with each report of that execution; <see cref="LastWord"/> in a report on its behalf.</summary>
    public required int Sequence { get; init; }

    /// <summary>Why it is parked: <see cref="FailureClass.Account"/>, <see cref="FailureClass.Environment"/>,
    /// <see cref="FailureClass.Gate"/> or <see cref="FailureClass.UsageLimit"/>.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>The commit to be merged contains packages that were installed for it, not its work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>Queue of the host that has a place for it, which may not have it yet; null: none, or the run does not spread its
    /// tasks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>True if a host has a place for it.</summary>
    /// <param name="host">The repository on that host.</param>
    public bool IsPlacedAt(RepositoryReference host) =>
        // A release before says the name alone, which two clones of one machine share.
        Place is { } queue
            ? queue == host.Queue
            : Progress.Host == MachineName.Of(host).ToString();

    /// <summary>When a usage limit ends.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Signature of the agent's failure, without task-specific parts; empty where it says nothing about others.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Notices from its agent runs, the oldest first; none is ever removed.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];
}

/// <summary>A notice that changes nothing for the task: what an agent, or a person beside it, did to what all tasks share.</summary>
/// <param name="Text">A sentence for people.</param>
/// <param name="IsForPerson">A person has to know, for example of a hook that was put aside.</param>
public sealed record TaskNotice(string Text, bool IsForPerson = false);
