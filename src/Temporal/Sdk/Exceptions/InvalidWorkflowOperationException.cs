namespace Temporalio.Exceptions;

/// <summary>A workflow did something workflows may not do. It fails the workflow task, not the workflow.</summary>
public class InvalidWorkflowOperationException : TemporalException
{
    internal InvalidWorkflowOperationException(string message)
        : base(message) { }
}

/// <summary>Workflow code was scheduled outside the workflow's own scheduler.</summary>
public class InvalidWorkflowSchedulerException : InvalidWorkflowOperationException
{
    private readonly string? _stackTraceOverride;

    internal InvalidWorkflowSchedulerException(string message, string? stackTraceOverride = null)
        : base(message) => _stackTraceOverride = stackTraceOverride;

    /// <summary>The trace of the place that scheduled, if known.</summary>
    public override string? StackTrace => _stackTraceOverride ?? base.StackTrace;
}

/// <summary>Workflow code made other commands than its history has.</summary>
public class WorkflowNondeterminismException : InvalidWorkflowOperationException
{
    internal WorkflowNondeterminismException(string message)
        : base(message) { }
}

/// <summary>
/// Code that may only look at a workflow (a query, a validator, a condition) acted. It is the worker's fault, not the caller's.
/// </summary>
internal sealed class ReadOnlyWorkflowException : InvalidOperationException
{
    public ReadOnlyWorkflowException(string message)
        : base(message) { }
}
