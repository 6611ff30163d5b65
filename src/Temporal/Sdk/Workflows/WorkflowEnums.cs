namespace Temporalio.Workflows;

/// <summary>What a cancelled activity call does.</summary>
public enum ActivityCancellationType
{
    /// <summary>Ask the activity to stop and go on at once with a cancelled failure.</summary>
    TryCancel = 0,

    /// <summary>Ask the activity to stop and wait for whatever it ends with.</summary>
    WaitCancellationCompleted = 1,

    /// <summary>Go on at once and leave the activity alone.</summary>
    Abandon = 2,
}

/// <summary>What a cancelled child workflow call does.</summary>
public enum ChildWorkflowCancellationType
{
    /// <summary>Go on at once and leave the child alone.</summary>
    Abandon = 0,

    /// <summary>Ask the child to stop and go on at once with a cancelled failure.</summary>
    TryCancel = 1,

    /// <summary>Ask the child to stop and wait until it has closed.</summary>
    WaitCancellationCompleted = 2,

    /// <summary>Ask the child to stop and wait for it; the request itself must have arrived.</summary>
    WaitCancellationRequested = 3,
}

/// <summary>What happens to a child when its parent closes (continuing as new is closing).</summary>
public enum ParentClosePolicy
{
    /// <summary>The server's default: terminate.</summary>
    None = 0,

    /// <summary>Terminate the child.</summary>
    Terminate = 1,

    /// <summary>Leave the child running.</summary>
    Abandon = 2,

    /// <summary>Request cancellation of the child.</summary>
    RequestCancel = 3,
}

/// <summary>What happens when a workflow ends while a handler still runs.</summary>
public enum HandlerUnfinishedPolicy
{
    /// <summary>Log a warning and drop the handler.</summary>
    WarnAndAbandon = 0,

    /// <summary>Drop the handler.</summary>
    Abandon = 1,
}

/// <summary>Which worker version the first task of a continued run goes to.</summary>
public enum InitialVersioningBehavior
{
    /// <summary>As the run before.</summary>
    Unspecified = 0,

    /// <summary>The current version of the deployment.</summary>
    AutoUpgrade = 1,

    /// <summary>The ramping version of the deployment.</summary>
    UseRampingVersion = 2,
}

/// <summary>Why the server suggests to continue as new.</summary>
public enum SuggestContinueAsNewReason
{
    /// <summary>No reason given.</summary>
    Unspecified = 0,

    /// <summary>The history has too many bytes.</summary>
    HistorySizeTooLarge = 1,

    /// <summary>The history has too many events.</summary>
    TooManyHistoryEvents = 2,

    /// <summary>The run has taken too many updates.</summary>
    TooManyUpdates = 3,
}

/// <summary>Whether what a workflow starts runs on a worker of a compatible version (build-id versioning of old).</summary>
public enum VersioningIntent
{
    /// <summary>The server decides.</summary>
    Unspecified = 0,

    /// <summary>A compatible version.</summary>
    Compatible = 1,

    /// <summary>The default version of the task queue.</summary>
    CurrentDefault = 2,
}
