using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Files and resources that a task needs exclusively while it works.</summary>
/// <param name="Writes">Patterns of the files that the task writes; <c>**</c> for the whole repository.</param>
/// <param name="Appends">Patterns of the files that the task only appends to. Other tasks may append to them as well.</param>
/// <param name="ResourcesWrite">Resources that the task changes.</param>
/// <param name="ResourcesRead">Resources that must not change while the task works.</param>
public sealed record LeaseRequest(
    [property: Identifier] string RunId,
    string TaskId,
    IReadOnlyList<string> Writes,
    IReadOnlyList<string> Appends,
    IReadOnlyList<string> ResourcesWrite,
    IReadOnlyList<string> ResourcesRead
);

/// <summary>Notification from the lease workflow to a run.</summary>
public sealed record LeaseNews
{
    /// <summary>True if other runs work in the repository, so that each task needs a lease; null if unchanged.</summary>
    public bool? Shared { get; init; }

    /// <summary>Task whose lease was granted; empty for none.</summary>
    public string Granted { get; init; } = "";

    /// <summary>Task that has to wait for its lease; empty for none.</summary>
    public string Waiting { get; init; } = "";

    /// <summary>Lease that the task waits for, or null for none.</summary>
    public WaitsForLease? Wait { get; init; }
}

/// <summary>State of the lease workflow. Passed on by continue-as-new, and returned by the query.</summary>
public sealed record LeaseState
{
    /// <summary>Task queue of the repository's activities.</summary>
    [Identifier]
    public string Queue { get; init; } = "";

    /// <summary>Runs that work in the repository, in order of arrival.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];
    public IReadOnlyList<LeaseRequest> Held { get; init; } = [];

    /// <summary>Waiting lease requests, first come, first served.</summary>
    public IReadOnlyList<LeaseRequest> Waiting { get; init; } = [];

    /// <summary>Most recent unreadable messages, each with the reason.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>Leases of one repository across all its runs (<c>leases-KEY</c>). A single run joins without leases for its tasks. When a
/// second run joins, the first one declares the needs of its running tasks. From then on each task of both runs requests a lease. The
/// workflow ends when the last run has left.</summary>
[Workflow]
public interface ILeaseWorkflow
{
    /// <summary>Notifies the workflow that a run of this repository has moved to another host. The activities of this workflow move
    /// too.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    [WorkflowRun]
    Task RunAsync(LeaseState state);

    [WorkflowQuery(MessageNames.Status)]
    LeaseState Status();

    [WorkflowSignal(MessageNames.Join)]
    Task JoinAsync([Identifier] string runId);

    /// <summary>Declares the leases of a run that was the only one so far.</summary>
    [WorkflowSignal(MessageNames.Hold)]
    Task HoldAsync([Identifier] string runId, IReadOnlyList<LeaseRequest> held);

    [WorkflowSignal(MessageNames.Ask)]
    Task AskAsync(LeaseRequest request);

    [WorkflowSignal(MessageNames.Release)]
    Task ReleaseAsync(string runId, string taskId);

    [WorkflowSignal(MessageNames.Leave)]
    Task LeaveAsync(string runId);
}

/// <summary>Update from a run to the lease workflow.</summary>
public enum LeaseStep
{
    /// <summary>The run starts and declares its repository.</summary>
    Join,

    /// <summary>The run is no longer the only one in the repository, and declares these running tasks.</summary>
    Hold,

    /// <summary>Requests leases for these tasks.</summary>
    Ask,

    /// <summary>Releases the leases of these ended tasks.</summary>
    Release,

    /// <summary>The run ends and releases its leases.</summary>
    Leave,
}

/// <summary>Request to update the lease workflow of a repository.</summary>
public sealed record LeaseInput(string RunId, RepositoryReference Repository, string PlanHash, LeaseStep Step, IReadOnlyList<string> Tasks);
