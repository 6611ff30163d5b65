using Temporalio.Api.Enums.V1;

namespace Temporalio.Exceptions;

/// <summary>A workflow whose result was awaited failed; the inner exception says why.</summary>
public class WorkflowFailedException : TemporalException
{
    /// <summary>Makes one.</summary>
    public WorkflowFailedException(Exception? inner)
        : base("Workflow execution failed", inner) { }
}

/// <summary>A workflow whose result was awaited continued as a new run, and runs were not to be followed.</summary>
public class WorkflowContinuedAsNewException : TemporalException
{
    /// <summary>Makes one.</summary>
    public WorkflowContinuedAsNewException(string newRunId)
        : base($"Workflow continued as new run {newRunId}") => NewRunId = newRunId;

    /// <summary>The new run.</summary>
    public string NewRunId { get; }
}

/// <summary>A query failed in the workflow or could not be answered.</summary>
public class WorkflowQueryFailedException : TemporalException
{
    /// <summary>Makes one.</summary>
    public WorkflowQueryFailedException(string message)
        : base(message) { }
}

/// <summary>A query was refused because of the workflow's status.</summary>
public class WorkflowQueryRejectedException : TemporalException
{
    /// <summary>Makes one.</summary>
    public WorkflowQueryRejectedException(WorkflowExecutionStatus workflowStatus)
        : base($"Query rejected, workflow status: {workflowStatus}") => WorkflowStatus = workflowStatus;

    /// <summary>The status.</summary>
    public WorkflowExecutionStatus WorkflowStatus { get; }
}

/// <summary>An update failed or was rejected; the inner exception says why.</summary>
public class WorkflowUpdateFailedException : TemporalException
{
    /// <summary>Makes one.</summary>
    public WorkflowUpdateFailedException(Exception? inner)
        : base("Workflow update failed", inner) { }
}

/// <summary>A call timed out or was cancelled by its caller.</summary>
public class RpcTimeoutOrCanceledException : TemporalException
{
    /// <summary>Makes one.</summary>
    public RpcTimeoutOrCanceledException(string message, Exception? inner)
        : base(message, inner) { }
}

/// <summary>Starting or awaiting an update timed out or was cancelled by its caller. The update itself may go on.</summary>
public class WorkflowUpdateRpcTimeoutOrCanceledException : RpcTimeoutOrCanceledException
{
    /// <summary>Makes one.</summary>
    public WorkflowUpdateRpcTimeoutOrCanceledException(Exception? inner)
        : base("Timeout or cancellation waiting for update", inner) { }
}

/// <summary>An activity that completes elsewhere was cancelled: thrown by its handle's heartbeat.</summary>
public class AsyncActivityCanceledException : TemporalException
{
    /// <summary>Makes one.</summary>
    public AsyncActivityCanceledException()
        : base("Activity canceled") { }
}
