namespace Orchestrator.Messages;

/// <summary>A task's report to its run, sent as a signal at each change and returned at the end.</summary>
public sealed record TaskReport
{
    /// <summary><see cref="Sequence"/> of a report on behalf of an execution that was ended from outside.</summary>
    public const int FinalSequence = 10_000_000;

    /// <summary>Progress as known to the task's workflow. The run sets <see cref="TaskProgress.Outage"/>,
    /// <see cref="TaskProgress.Landed"/> and the ids in <see cref="TaskProgress.Parts"/>.</summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>Temporal run id of the task's workflow execution, which identifies late reports of earlier executions.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Hash of the task's plan; empty for a planner.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Number of the report, incremented with each report of that execution; <see cref="FinalSequence"/> in a report on its
    /// behalf.</summary>
    public required int Sequence { get; init; }

    /// <summary>Cause of the backoff: <see cref="FailureClass.Account"/>, <see cref="FailureClass.Environment"/>,
    /// <see cref="FailureClass.Gate"/> or <see cref="FailureClass.UsageLimit"/>.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>True if the commit to merge contains packages installed for the task, not its work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>Queue of the worker host that has a slot for the task, possibly before the host has fetched it. Null for none, or if the
    /// run is not distributed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>True if a host has a slot for the task.</summary>
    /// <param name="host">The repository on that host.</param>
    public bool IsPlacedAt(RepositoryReference host) =>
        // An earlier version reports only the host's name, which two clones on one host share.
        Place is { } queue
            ? queue == host.Queue
            : Progress.Host == MachineName.Of(host).ToString();

    /// <summary>Time at which a usage limit resets.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Signature of the agent's failure without task-specific parts; empty if the failure does not concern other tasks.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Notices from the task's agent runs, oldest first. Append-only.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];
}

/// <summary>A notice that does not affect the task: a change by an agent, or by a user beside it, to things that all tasks
/// share.</summary>
/// <param name="Text">A sentence for users.</param>
/// <param name="IsForPerson">True if a user has to know, for example of a hook that was disabled.</param>
public sealed record TaskNotice(string Text, bool IsForPerson = false);
