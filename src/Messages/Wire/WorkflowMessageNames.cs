namespace Orchestrator.Messages;

/// <summary>
/// Names of signals, updates and queries, as sent by clients in any language. The interfaces and the workflows refer to these constants.
/// <see cref="SteeringCatalog"/> has the names of most steering updates.
/// </summary>
public static class WorkflowMessageNames
{
    /// <summary>Query that every workflow answers with its current state.</summary>
    public const string Status = "status";

    /// <summary>Query for a run's state transitions that have not been recorded yet. Sent by the owner host.</summary>
    public const string Unrecorded = "unrecorded";

    /// <summary>Signal with which the owner host reports to a run that it could not record the run's state transitions.</summary>
    public const string NotRecorded = "notRecorded";

    /// <summary>Interrupts the agent. Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Pause = "pause";

    /// <summary>Resumes work after a pause. Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Resume = "resume";

    /// <summary>Ends the workflow. Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Cancel = "cancel";

    /// <summary>
    /// Update that carries a <see cref="Usage.AccountGovernorRequest"/>. Sent to the governor, which is the workflow that keeps an
    /// account's ledger.
    /// </summary>
    public const string Call = "call";

    /// <summary>
    /// Update that keeps the position of a waiting agent in the account's queue. Sent to the account's governor workflow.
    /// </summary>
    public const string AwaitTurn = "awaitTurn";

    /// <summary>Adds tasks to a run in progress. Sent to a run.</summary>
    public const string AddTasks = "addTasks";

    /// <summary>Sets the maximum number of agents that run at the same time. Sent to a run.</summary>
    public const string SetConcurrency = "setConcurrency";

    /// <summary>Moves a run to another host. Sent to a run.</summary>
    public const string Move = "move";

    /// <summary>Announces that the run has moved to another host. Sent to all child workflows of a run and to the lease workflow.</summary>
    public const string Moved = "moved";

    /// <summary>Offers a slot to a task. Sent to the task by the host that has the slot.</summary>
    public const string Placed = "placed";

    /// <summary>Announces that an agent is about to start. Sent to a task by the agent's host.</summary>
    public const string AgentBegins = "agentBegins";

    /// <summary>Reports changes to leases. Sent to a run by the lease workflow.</summary>
    public const string LeasesChanged = "leasesChanged";

    /// <summary>Reports a task's new state. Sent to a run by the task.</summary>
    public const string TaskChanged = "taskChanged";

    /// <summary>Reports results of merges. Sent to a run by its merge queue.</summary>
    public const string TrainChanged = "trainChanged";

    /// <summary>Reports activities that fail repeatedly. Sent to a run by an activity that watches for them.</summary>
    public const string ActivitiesFailing = "activitiesFailing";

    /// <summary>Reports an unreadable message. Sent to a run by its child workflows.</summary>
    public const string MessageDropped = "messageDropped";

    /// <summary>Resumes work with a user's guidance. Sent to a task, a planner or a reviewer.</summary>
    public const string GoOn = "goOn";

    /// <summary>Announces that the run has ended. Sent to all its child workflows.</summary>
    public const string RunEnded = "runEnded";

    /// <summary>Approves or rejects a task that needs an approval. Sent to a task.</summary>
    public const string Decide = "decide";

    /// <summary>Announces that all tasks into which a task was divided have ended. Sent to the divided task.</summary>
    public const string PartsDone = "partsDone";

    /// <summary>Returns the result of a merge. Sent to a task by the merge queue.</summary>
    public const string MergeDone = "mergeDone";

    /// <summary>Adds verified work to the queue. Sent to a merge queue.</summary>
    public const string Enqueue = "enqueue";

    /// <summary>Makes the merge queue stop waiting for a task. Sent to a merge queue.</summary>
    public const string Pass = "pass";

    /// <summary>Makes the merge queue stop merging. Sent to a merge queue.</summary>
    public const string Close = "close";

    /// <summary>Registers a run of the repository. Sent to the lease workflow.</summary>
    public const string Join = "join";

    /// <summary>Declares the leases of a run that was previously the only one in its repository. Sent to the lease workflow.</summary>
    public const string Hold = "hold";

    /// <summary>Requests leases for tasks of a run. Sent to the lease workflow.</summary>
    public const string Ask = "ask";

    /// <summary>Releases the leases of ended tasks. Sent to the lease workflow.</summary>
    public const string Release = "release";

    /// <summary>Removes a run with all its leases. Sent to the lease workflow.</summary>
    public const string Leave = "leave";
}
