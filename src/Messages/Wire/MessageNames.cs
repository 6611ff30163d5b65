namespace Orchestrator.Messages;

/// <summary>Names of signals, updates and queries, as sent by clients in any language. Contracts and workflows refer to them.</summary>
public static class MessageNames
{
    /// <summary>Query of every workflow.</summary>
    public const string Status = "status";

    /// <summary>Query of a run, sent by the owner host, which records the run.</summary>
    public const string Unrecorded = "unrecorded";

    /// <summary>Sent to a run by the owner host, which records the run.</summary>
    public const string NotRecorded = "notRecorded";

    /// <summary>Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Pause = "pause";

    /// <summary>Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Resume = "resume";

    /// <summary>Sent to a run, a task, a planner or a reviewer.</summary>
    public const string Cancel = "cancel";

    /// <summary>Sent to a governor.</summary>
    public const string Call = "call";

    /// <summary>Sent to a governor.</summary>
    public const string AwaitTurn = "awaitTurn";

    /// <summary>Sent to a run.</summary>
    public const string CancelTask = "cancelTask";

    /// <summary>Sent to a run.</summary>
    public const string RetryTask = "retryTask";

    /// <summary>Sent to a run.</summary>
    public const string SkipTask = "skipTask";
    public const string MergeNext = "mergeNext";

    /// <summary>Sent to a run.</summary>
    public const string AddTasks = "addTasks";

    /// <summary>Sent to a run.</summary>
    public const string SetConcurrency = "setConcurrency";

    /// <summary>Sent to a run.</summary>
    public const string Approve = "approve";

    /// <summary>Sent to a run.</summary>
    public const string Reject = "reject";

    /// <summary>Sent to a run.</summary>
    public const string Promote = "promote";

    /// <summary>Sent to a run.</summary>
    public const string LandMerged = "landMerged";

    /// <summary>Sent to a run.</summary>
    public const string RaiseBudget = "raiseBudget";

    /// <summary>Sent to a run.</summary>
    public const string ResolveEscalation = "resolveEscalation";

    /// <summary>Sent to a run.</summary>
    public const string Move = "move";

    /// <summary>Sent to all child workflows of a run, and to the lease workflow.</summary>
    public const string Moved = "moved";

    /// <summary>Sent to a task by the host that has a slot for it.</summary>
    public const string Placed = "placed";

    /// <summary>Sent to a task by the host that is about to start its agent.</summary>
    public const string AgentBegins = "agentBegins";

    /// <summary>Sent to a run by the lease workflow.</summary>
    public const string LeasesChanged = "leasesChanged";

    /// <summary>Sent to a run by a task.</summary>
    public const string TaskChanged = "taskChanged";

    /// <summary>Sent to a run by its merge queue.</summary>
    public const string TrainChanged = "trainChanged";

    /// <summary>Sent to a run by an activity that watches for failing activities.</summary>
    public const string ActivitiesFailing = "activitiesFailing";

    /// <summary>Sent to a run by its child workflows.</summary>
    public const string MessageDropped = "messageDropped";

    /// <summary>Sent to a task, a planner or a reviewer.</summary>
    public const string GoOn = "goOn";

    /// <summary>Sent to all child workflows of a run.</summary>
    public const string RunEnded = "runEnded";

    /// <summary>Sent to a task.</summary>
    public const string Decide = "decide";

    /// <summary>Sent to a task.</summary>
    public const string PartsDone = "partsDone";

    /// <summary>Sent to a task by the merge queue.</summary>
    public const string MergeDone = "mergeDone";

    /// <summary>Sent to a merge queue.</summary>
    public const string Enqueue = "enqueue";

    /// <summary>Sent to a merge queue.</summary>
    public const string Pass = "pass";

    /// <summary>Sent to a merge queue.</summary>
    public const string Close = "close";

    /// <summary>Sent to the lease workflow.</summary>
    public const string Join = "join";

    /// <summary>Sent to the lease workflow.</summary>
    public const string Hold = "hold";

    /// <summary>Sent to the lease workflow.</summary>
    public const string Ask = "ask";

    /// <summary>Sent to the lease workflow.</summary>
    public const string Release = "release";

    /// <summary>Sent to the lease workflow.</summary>
    public const string Leave = "leave";
}
