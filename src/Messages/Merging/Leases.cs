using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Request for exclusive access to the files and resources that a task needs while it runs.</summary>
/// <param name="Writes">Patterns of files that the task writes; <c>**</c> for the whole repository.</param>
/// <param name="Appends">Patterns of files that the task only appends to. Other tasks may append to the same files.</param>
/// <param name="ResourcesWrite">Resources that the task changes.</param>
/// <param name="ResourcesRead">Resources that must not change while the task runs.</param>
public sealed record LeaseRequest(
    [property: ValidTemporalIdentifier] string RunId,
    string TaskId,
    IReadOnlyList<string> Writes,
    IReadOnlyList<string> Appends,
    IReadOnlyList<string> ResourcesWrite,
    IReadOnlyList<string> ResourcesRead
);

/// <summary>Notification from the lease workflow to a run.</summary>
public sealed record LeaseChangeNotification
{
    /// <summary>True if other runs are active in the repository, so that each task needs a lease. Null if this has not changed.</summary>
    public bool? Shared { get; init; }

    /// <summary>Id of the task whose lease was granted; empty if no lease was granted.</summary>
    public string Granted { get; init; } = "";

    /// <summary>Id of the task that has to wait for its lease; empty if no task has to wait.</summary>
    public string Waiting { get; init; } = "";

    /// <summary>Details of the lease that the task has to wait for, or null if no task has to wait.</summary>
    public WaitingForLeaseReason? Wait { get; init; }
}

/// <summary>State of the lease workflow, passed on by continue-as-new and returned by the workflow's query.</summary>
public sealed record LeaseWorkflowState
{
    /// <summary>Task queue of the repository's activities.</summary>
    [ValidTemporalIdentifier]
    public string Queue { get; init; } = "";

    /// <summary>Ids of the runs that are active in the repository, in order of arrival.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];
    public IReadOnlyList<LeaseRequest> Held { get; init; } = [];

    /// <summary>Lease requests that are waiting, oldest first. They are served in this order.</summary>
    public IReadOnlyList<LeaseRequest> Waiting { get; init; } = [];

    /// <summary>Most recent messages that the lease workflow dropped because they were unreadable, each with the reason.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>
/// Workflow that manages the leases of one repository across all its runs (<c>leases-KEY</c>). Tasks need no leases while only one run is
/// active. When a second run joins, the first run declares the files and resources that its running tasks use. From then on, each task of
/// both runs requests a lease. The workflow ends when the last run leaves.
/// </summary>
[Workflow]
public interface ILeaseWorkflow
{
    /// <summary>
    /// Notifies the workflow that a run in this repository has moved to another host. The workflow then runs its own activities on that
    /// host.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    [WorkflowRun]
    Task RunAsync(LeaseWorkflowState state);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    LeaseWorkflowState Status();

    [WorkflowSignal(WorkflowMessageNames.Join)]
    Task JoinAsync([ValidTemporalIdentifier] string runId);

    /// <summary>Declares the files and resources in use by the running tasks of a run that was alone in the repository until now.</summary>
    [WorkflowSignal(WorkflowMessageNames.Hold)]
    Task HoldAsync([ValidTemporalIdentifier] string runId, IReadOnlyList<LeaseRequest> held);

    [WorkflowSignal(WorkflowMessageNames.Ask)]
    Task AskAsync(LeaseRequest request);

    [WorkflowSignal(WorkflowMessageNames.Release)]
    Task ReleaseAsync(string runId, string taskId);

    [WorkflowSignal(WorkflowMessageNames.Leave)]
    Task LeaveAsync(string runId);
}

/// <summary>Kinds of signals that a run sends to the lease workflow.</summary>
public enum LeaseSignalKind
{
    /// <summary>The run is starting and joins the other runs in its repository.</summary>
    Join,

    /// <summary>The run is no longer alone in the repository, and declares the files and resources that its running tasks use.</summary>
    Hold,

    /// <summary>The run requests leases for the tasks named in the signal.</summary>
    Ask,

    /// <summary>The run releases the leases of the ended tasks that are named in the signal.</summary>
    Release,

    /// <summary>The run is ending and releases all its leases.</summary>
    Leave,
}

/// <summary>Request to send a signal to a repository's lease workflow.</summary>
public sealed record SendLeaseSignalInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    LeaseSignalKind Step,
    IReadOnlyList<string> Tasks
);
