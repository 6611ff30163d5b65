using Temporalio.Workflows;

namespace Temporalio.Worker.Interceptors;

/// <summary>
/// Stands behind the calls that workflow code makes. Override what you need and call <see cref="Next"/>. It runs inside the workflow and
/// must be deterministic.
/// </summary>
public abstract class WorkflowOutboundInterceptor
{
    private readonly WorkflowOutboundInterceptor? _next;

    /// <summary>Makes a link of the chain.</summary>
    protected WorkflowOutboundInterceptor(WorkflowOutboundInterceptor next) => _next = next;

    private protected WorkflowOutboundInterceptor() { }

    /// <summary>The next link.</summary>
    protected WorkflowOutboundInterceptor Next =>
        _next ?? throw new InvalidOperationException("This is the last workflow interceptor; it has no next one.");

    /// <summary>Requests cancellation of another workflow.</summary>
    public virtual Task CancelExternalWorkflowAsync(CancelExternalWorkflowInput input) => Next.CancelExternalWorkflowAsync(input);

    /// <summary>Makes the exception that continues as new.</summary>
    public virtual ContinueAsNewException CreateContinueAsNewException(CreateContinueAsNewExceptionInput input) =>
        Next.CreateContinueAsNewException(input);

    /// <summary>Starts a timer.</summary>
    public virtual Task DelayAsync(DelayAsyncInput input) => Next.DelayAsync(input);

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="TResult">Type of the result; <see cref="ValueTuple"/> for none.</typeparam>
    public virtual Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input) => Next.ScheduleActivityAsync<TResult>(input);

    /// <summary>Calls a local activity.</summary>
    /// <typeparam name="TResult">Type of the result; <see cref="ValueTuple"/> for none.</typeparam>
    public virtual Task<TResult> ScheduleLocalActivityAsync<TResult>(ScheduleLocalActivityInput input) =>
        Next.ScheduleLocalActivityAsync<TResult>(input);

    /// <summary>Signals a child.</summary>
    public virtual Task SignalChildWorkflowAsync(SignalChildWorkflowInput input) => Next.SignalChildWorkflowAsync(input);

    /// <summary>Signals another workflow.</summary>
    public virtual Task SignalExternalWorkflowAsync(SignalExternalWorkflowInput input) => Next.SignalExternalWorkflowAsync(input);

    /// <summary>Starts a child workflow.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <typeparam name="TResult">Type of the result; <see cref="ValueTuple"/> for none.</typeparam>
    public virtual Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        StartChildWorkflowInput input
    ) => Next.StartChildWorkflowAsync<TWorkflow, TResult>(input);
}
