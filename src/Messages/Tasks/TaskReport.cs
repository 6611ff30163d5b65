namespace Orchestrator.Messages;

/// <summary>A task's report to its run, sent as a signal whenever the task changes and returned as the workflow's result.</summary>
public sealed record TaskReport
{
    /// <summary>
    /// Value of <see cref="Sequence"/> in the report that the run creates for a task whose workflow execution another client terminated.
    /// </summary>
    public const int FinalSequence = 10_000_000;

    private const int MostNotices = 20;

    /// <summary>
    /// Progress according to the task's workflow. The run itself sets <see cref="TaskProgress.Outage"/>, <see cref="TaskProgress.Landed"/>
    /// and the ids in <see cref="TaskProgress.Parts"/>.
    /// </summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>
    /// Temporal run id of the task's workflow execution. With this id, the run ignores late reports from earlier executions.
    /// </summary>
    public required string ExecutionId { get; init; }

    /// <summary>SHA-256 of the plan that the task uses; empty for a planner.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>
    /// Number of the report, incremented with each report of the same workflow execution. <see cref="FinalSequence"/> in a report created
    /// by the run.
    /// </summary>
    public required int Sequence { get; init; }

    /// <summary>
    /// Cause of the task's backoff: <see cref="FailureClass.Account"/>, <see cref="FailureClass.Environment"/>,
    /// <see cref="FailureClass.Gate"/> or <see cref="FailureClass.UsageLimit"/>.
    /// </summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>True if the commit to merge contains packages that were installed for the task rather than the task's work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>
    /// Task queue of the worker host that has a slot for the task, possibly before the host has fetched the task. Null if no host has a
    /// slot, or if the run is not distributed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>True if the task has a slot on the given host.</summary>
    /// <param name="host">Repository on that host.</param>
    public bool IsPlacedAt(RepositoryReference host) =>
        // Earlier versions report only the host's name, which two clones on one host share.
        Place is { } queue
            ? queue == host.Queue
            : Progress.Host == MachineName.Of(host).ToString();

    /// <summary>
    /// Time at which the usage limit that the task is waiting for resets; null if unknown or if the task is not waiting for a usage limit.
    /// </summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>
    /// Text that identifies the kind of the agent's failure, without parts that differ between tasks. Empty if other tasks are not
    /// affected.
    /// </summary>
    public string Signature { get; init; } = "";

    /// <summary>Notices from the task's agent runs, oldest first. Entries are never removed.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>Returns the report with the usage, output and notices of an agent run added.</summary>
    public TaskReport After(AgentRunResult result) =>
        Noticing(result.Notices) with
        {
            Progress = Progress.After(result),
            Signature = result.Signature,
        };

    /// <summary>Returns the report with additional notices, up to the maximum number of notices.</summary>
    public TaskReport Noticing(IEnumerable<TaskNotice> notices) => this with { Notices = [.. Notices.Concat(notices).Take(MostNotices)] };
}

/// <summary>A notice about an event of an agent run that does not affect the task itself, such as a change to shared files.</summary>
/// <param name="Text">Sentence for users.</param>
/// <param name="IsForPerson">True if a user should react, for example because a hook was disabled.</param>
public sealed record TaskNotice(string Text, bool IsForPerson = false);
