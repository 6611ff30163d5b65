using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>Exclusive needs of a task while it works.</summary>
/// <param name="Writes">Patterns of the files it writes; <c>**</c> for the whole repository.</param>
/// <param name="Appends">Patterns of the files it only appends to: others may append to them too.</param>
/// <param name="ResourcesWrite">Resources it changes.</param>
/// <param name="ResourcesRead">Resources it needs unchanged.</param>
public sealed record LeaseRequest(
    [property: Identifier] string RunId,
    string TaskId,
    IReadOnlyList<string> Writes,
    IReadOnlyList<string> Appends,
    IReadOnlyList<string> ResourcesWrite,
    IReadOnlyList<string> ResourcesRead
);

/// <summary>A notification of the lease workflow to a run.</summary>
public sealed record LeaseNews
{
    /// <summary>True if other runs work in the repository, so that each task needs a lease; null: unchanged.</summary>
    public bool? Shared { get; init; }

    /// <summary>A task that has its lease now; empty: none.</summary>
    public string Granted { get; init; } = "";

    /// <summary>A task that has to wait for its lease; empty: none.</summary>
    public string Waiting { get; init; } = "";

    /// <summary>The lease that the task waits for; null: it waits for none.</summary>
    public WaitsForLease? Wait { get; init; }
}

/// <summary>State of the lease workflow: passed on by continue-as-new, and the answer of the query.</summary>
public sealed record LeaseState
{
    /// <summary>Queue of the repository's activities.</summary>
    [Identifier]
    public string Queue { get; init; } = "";

    /// <summary>Runs that work in the repository, in order of arrival.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];
    public IReadOnlyList<LeaseRequest> Held { get; init; } = [];

    /// <summary>First come, first served.</summary>
    public IReadOnlyList<LeaseRequest> Waiting { get; init; } = [];

    /// <summary>The last messages that could not be read, and why.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>The leases of one repository over all its runs (<c>leases-KEY</c>). A run that is alone needs none for its tasks: it only
/// joins. When a second one joins, the first declares what its tasks hold, and from then on each task of both requests a lease. Ends when
/// the last run has left.</summary>
[Workflow]
public interface ILeaseWorkflow
{
    /// <summary>The steps of a run of this repository are done on another machine from now on, and so are those of this workflow.</summary>
    [WorkflowSignal(MessageNames.Moved)]
    Task MovedAsync(RepositoryReference place);

    [WorkflowRun]
    Task RunAsync(LeaseState state);

    [WorkflowQuery(MessageNames.Status)]
    LeaseState Status();

    [WorkflowSignal(MessageNames.Join)]
    Task JoinAsync([Identifier] string runId);

    /// <summary>Declares the leases of a run that was alone so far.</summary>
    [WorkflowSignal(MessageNames.Hold)]
    Task HoldAsync([Identifier] string runId, IReadOnlyList<LeaseRequest> held);

    [WorkflowSignal(MessageNames.Ask)]
    Task AskAsync(LeaseRequest request);

    [WorkflowSignal(MessageNames.Release)]
    Task ReleaseAsync(string runId, string taskId);

    [WorkflowSignal(MessageNames.Leave)]
    Task LeaveAsync(string runId);
}

/// <summary>An update of a run for the lease workflow.</summary>
public enum LeaseStep
{
    /// <summary>The run begins.</summary>
    Join,

    /// <summary>The run is not alone in the repository any more: it declares these running tasks.</summary>
    Hold,

    /// <summary>Requests leases for these tasks.</summary>
    Ask,

    /// <summary>Releases the leases of these ended tasks.</summary>
    Release,

    /// <summary>The run ends.</summary>
    Leave,
}

/// <summary>Asks for an update of the lease workflow of a repository.</summary>
public sealed record LeaseInput(string RunId, RepositoryReference Repository, string PlanHash, LeaseStep Step, IReadOnlyList<string> Tasks);
