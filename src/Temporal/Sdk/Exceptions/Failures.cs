using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;

namespace Temporalio.Exceptions;

/// <summary>Something was cancelled.</summary>
public class CanceledFailureException : FailureException
{
    /// <summary>Makes one.</summary>
    protected internal CanceledFailureException(string message, Exception? inner = null, IReadOnlyCollection<object?>? details = null)
        : base(message, inner) => Details = new OutboundFailureDetails(details ?? []);

    /// <summary>Reads one from the server.</summary>
    protected internal CanceledFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner) => Details = InboundFailureDetails.From(converter, failure.CanceledFailureInfo?.Details);

    /// <summary>Values it carries.</summary>
    public IFailureDetails Details { get; protected init; }

    /// <summary>The failure as it came; null when made here.</summary>
    public new Failure? Failure => base.Failure;
}

/// <summary>An activity failed; the inner exception says why.</summary>
public class ActivityFailureException : FailureException
{
    /// <summary>Reads one from the server.</summary>
    protected internal ActivityFailureException(Failure failure, Exception? inner)
        : base(failure, inner) { }

    /// <summary>The failure as it came.</summary>
    public new Failure Failure => base.Failure!;

    /// <summary>The activity's id.</summary>
    public string ActivityId => Failure.ActivityFailureInfo.ActivityId;

    /// <summary>The activity's type.</summary>
    public string ActivityType => Failure.ActivityFailureInfo.ActivityType?.Name ?? string.Empty;

    /// <summary>Identity of the worker of the last attempt, if known.</summary>
    public string? Identity => Failure.ActivityFailureInfo.Identity is { Length: > 0 } identity ? identity : null;

    /// <summary>Why there is no further attempt.</summary>
    public RetryState RetryState => Failure.ActivityFailureInfo.RetryState;
}

/// <summary>A child workflow failed; the inner exception says why.</summary>
public class ChildWorkflowFailureException : FailureException
{
    /// <summary>Reads one from the server.</summary>
    protected internal ChildWorkflowFailureException(Failure failure, Exception? inner)
        : base(failure, inner) { }

    /// <summary>The failure as it came.</summary>
    public new Failure Failure => base.Failure!;

    /// <summary>The child's namespace.</summary>
    public string Namespace => Failure.ChildWorkflowExecutionFailureInfo.Namespace;

    /// <summary>The child's workflow id.</summary>
    public string WorkflowId => Failure.ChildWorkflowExecutionFailureInfo.WorkflowExecution?.WorkflowId ?? string.Empty;

    /// <summary>The child's run id.</summary>
    public string RunId => Failure.ChildWorkflowExecutionFailureInfo.WorkflowExecution?.RunId ?? string.Empty;

    /// <summary>The child's workflow type.</summary>
    public string WorkflowType => Failure.ChildWorkflowExecutionFailureInfo.WorkflowType?.Name ?? string.Empty;

    /// <summary>Why there is no further run.</summary>
    public RetryState RetryState => Failure.ChildWorkflowExecutionFailureInfo.RetryState;
}

/// <summary>A time limit passed.</summary>
public class TimeoutFailureException : FailureException
{
    /// <summary>Reads one from the server.</summary>
    protected internal TimeoutFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner) =>
        LastHeartbeatDetails = InboundFailureDetails.From(converter, failure.TimeoutFailureInfo?.LastHeartbeatDetails);

    /// <summary>The failure as it came.</summary>
    public new Failure Failure => base.Failure!;

    /// <summary>Which limit.</summary>
    public TimeoutType TimeoutType => Failure.TimeoutFailureInfo.TimeoutType;

    /// <summary>What the activity last reported by heartbeat.</summary>
    public InboundFailureDetails LastHeartbeatDetails { get; protected init; }
}

/// <summary>A workflow was terminated.</summary>
public class TerminatedFailureException : FailureException
{
    /// <summary>Makes one of what the server says.</summary>
    protected internal TerminatedFailureException(Failure failure, Exception? inner, InboundFailureDetails? details)
        : base(failure, inner) => Details = details;

    /// <summary>The failure as it came.</summary>
    public new Failure Failure => base.Failure!;

    /// <summary>Values that were given with the termination.</summary>
    public IFailureDetails? Details { get; protected init; }
}

/// <summary>The server itself failed something.</summary>
public class ServerFailureException : FailureException
{
    /// <summary>Reads one from the server.</summary>
    protected internal ServerFailureException(Failure failure, Exception? inner)
        : base(failure, inner) { }

    /// <summary>The failure as it came.</summary>
    public new Failure Failure => base.Failure!;

    /// <summary>Whether it is never retried.</summary>
    public bool NonRetryable => Failure.ServerFailureInfo.NonRetryable;
}

/// <summary>A workflow of this id is there already, and the policies forbid another.</summary>
public class WorkflowAlreadyStartedException : FailureException
{
    /// <summary>Without the type.</summary>
    public WorkflowAlreadyStartedException(string message, string workflowId, string runId)
        : this(message, workflowId, "<unknown>", runId) { }

    /// <summary>With the type.</summary>
    public WorkflowAlreadyStartedException(string message, string workflowId, string workflowType, string runId)
        : base(message)
    {
        WorkflowId = workflowId;
        WorkflowType = workflowType;
        RunId = runId;
    }

    /// <summary>Id of the workflow.</summary>
    public string WorkflowId { get; }

    /// <summary>Type that was to be started.</summary>
    public string WorkflowType { get; }

    /// <summary>Run that is there.</summary>
    public string RunId { get; }
}

/// <summary>A schedule of this id is there already.</summary>
public class ScheduleAlreadyRunningException : FailureException
{
    /// <summary>Makes one.</summary>
    public ScheduleAlreadyRunningException()
        : base("A schedule with this id exists already.") { }
}
