namespace Orchestrator.Messages;

/// <summary>Names of signals, updates and queries, as clients of any language send them. Contracts and workflows refer to them.</summary>
public static class MessageNames
{
    /// <summary>Query of every workflow.</summary>
    public const string Status = "status";

    /// <summary>Query of a run, by the machine that records it.</summary>
    public const string Unrecorded = "unrecorded";

    /// <summary>To a run, from the machine that records it.</summary>
    public const string NotRecorded = "notRecorded";

    /// <summary>To a run, a task, a planner or a reviewer.</summary>
    public const string Pause = "pause";

    /// <summary>To a run, a task, a planner or a reviewer.</summary>
    public const string Resume = "resume";

    /// <summary>To a run, a task, a planner or a reviewer.</summary>
    public const string Cancel = "cancel";

    /// <summary>To a governor.</summary>
    public const string Call = "call";

    /// <summary>To a governor.</summary>
    public const string AwaitTurn = "awaitTurn";

    /// <summary>To a run.</summary>
    public const string CancelTask = "cancelTask";

    /// <summary>To a run.</summary>
    public const string RetryTask = "retryTask";

    /// <summary>To a run.</summary>
    public const string SkipTask = "skipTask";

    /// <summary>To a run.</summary>
    public const string AddTasks = "addTasks";

    /// <summary>To a run.</summary>
    public const string SetConcurrency = "setConcurrency";

    /// <summary>To a run.</summary>
    public const string Approve = "approve";

    /// <summary>To a run.</summary>
    public const string Reject = "reject";

    /// <summary>To a run.</summary>
    public const string Promote = "promote";

    /// <summary>To a run.</summary>
    public const string LandMerged = "landMerged";

    /// <summary>To a run.</summary>
    public const string RaiseBudget = "raiseBudget";

    /// <summary>To a run.</summary>
    public const string ResolveEscalation = "resolveEscalation";

    /// <summary>To a run.</summary>
    public const string Move = "move";

    /// <summary>To everything below a run, and to the lease workflow.</summary>
    public const string Moved = "moved";

    /// <summary>To a task, from the host that has a place for it.</summary>
    public const string Placed = "placed";

    /// <summary>To a task, from the machine that is about to begin its agent.</summary>
    public const string AgentBegins = "agentBegins";

    /// <summary>To a run, from the lease workflow.</summary>
    public const string LeasesChanged = "leasesChanged";

    /// <summary>To a run, from a task.</summary>
    public const string TaskChanged = "taskChanged";

    /// <summary>To a run, from its merge train.</summary>
    public const string TrainChanged = "trainChanged";

    /// <summary>To a run, from an activity that watches.</summary>
    public const string ActivitiesFailing = "activitiesFailing";

    /// <summary>To a run, from its other workflows.</summary>
    public const string MessageDropped = "messageDropped";

    /// <summary>To a task, a planner or a reviewer.</summary>
    public const string GoOn = "goOn";

    /// <summary>To everything below a run.</summary>
    public const string RunEnded = "runEnded";

    /// <summary>To a task.</summary>
    public const string Decide = "decide";

    /// <summary>To a task.</summary>
    public const string PartsDone = "partsDone";

    /// <summary>To a task, from the merge train.</summary>
    public const string MergeDone = "mergeDone";

    /// <summary>To a merge train.</summary>
    public const string Enqueue = "enqueue";

    /// <summary>To a merge train.</summary>
    public const string Pass = "pass";

    /// <summary>To a merge train.</summary>
    public const string Close = "close";

    /// <summary>To the lease workflow.</summary>
    public const string Join = "join";

    /// <summary>To the lease workflow.</summary>
    public const string Hold = "hold";

    /// <summary>To the lease workflow.</summary>
    public const string Ask = "ask";

    /// <summary>To the lease workflow.</summary>
    public const string Release = "release";

    /// <summary>To the lease workflow.</summary>
    public const string Leave = "leave";
}
