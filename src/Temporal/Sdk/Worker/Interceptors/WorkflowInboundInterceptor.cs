namespace Temporalio.Worker.Interceptors;

/// <summary>
/// Stands in front of the calls into one run's workflow code. Override what you need and call <see cref="Next"/>. It runs inside the
/// workflow and must be deterministic.
/// </summary>
public abstract class WorkflowInboundInterceptor
{
    private readonly WorkflowInboundInterceptor? _next;

    /// <summary>Makes a link of the chain.</summary>
    protected WorkflowInboundInterceptor(WorkflowInboundInterceptor next) => _next = next;

    private protected WorkflowInboundInterceptor() { }

    /// <summary>The next link.</summary>
    protected WorkflowInboundInterceptor Next =>
        _next ?? throw new InvalidOperationException("This is the last workflow interceptor; it has no next one.");

    /// <summary>Called once before anything else; wrap <paramref name="outbound"/> to see what the workflow does.</summary>
    public virtual void Init(WorkflowOutboundInterceptor outbound) => Next.Init(outbound);

    /// <summary>Runs the workflow.</summary>
    public virtual Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input) => Next.ExecuteWorkflowAsync(input);

    /// <summary>Answers a query.</summary>
    public virtual object? HandleQuery(HandleQueryInput input) => Next.HandleQuery(input);

    /// <summary>Handles a signal.</summary>
    public virtual Task HandleSignalAsync(HandleSignalInput input) => Next.HandleSignalAsync(input);

    /// <summary>Handles an update.</summary>
    public virtual Task<object?> HandleUpdateAsync(HandleUpdateInput input) => Next.HandleUpdateAsync(input);

    /// <summary>Decides whether an update is taken; an exception rejects it.</summary>
    public virtual void ValidateUpdate(HandleUpdateInput input) => Next.ValidateUpdate(input);
}
