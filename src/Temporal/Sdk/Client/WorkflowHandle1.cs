using System.Linq.Expressions;

namespace Temporalio.Client;

/// <summary>A workflow of a known type.</summary>
/// <typeparam name="TWorkflow">Workflow class or interface.</typeparam>
/// <param name="Client">Client it is acted on with.</param>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run that signals, queries, updates, cancellation and termination go to; null: the current one.</param>
/// <param name="ResultRunId">Run whose result is awaited; null: the current one.</param>
/// <param name="FirstExecutionRunId">First run of the chain that cancellation, termination and updates must meet; null: any.</param>
public record WorkflowHandle<TWorkflow>(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null
) : WorkflowHandle(Client, Id, RunId, ResultRunId, FirstExecutionRunId)
{
    /// <summary>Sends a signal.</summary>
    public virtual Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, WorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);

    /// <summary>Asks a query.</summary>
    public virtual Task<TQueryResult> QueryAsync<TQueryResult>(
        Expression<Func<TWorkflow, TQueryResult>> queryCall,
        WorkflowQueryOptions? options = null
    ) => QueryAsync<TWorkflow, TQueryResult>(queryCall, options);

    /// <summary>Sends an update and waits until it has completed.</summary>
    public virtual Task ExecuteUpdateAsync(Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateOptions? options = null) =>
        ExecuteUpdateAsync<TWorkflow>(updateCall, options);

    /// <summary>Sends an update and waits for its result.</summary>
    public virtual Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateOptions? options = null
    ) => ExecuteUpdateAsync<TWorkflow, TUpdateResult>(updateCall, options);

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    public virtual Task<WorkflowUpdateHandle> StartUpdateAsync(
        Expression<Func<TWorkflow, Task>> updateCall,
        WorkflowUpdateStartOptions options
    ) => StartUpdateAsync<TWorkflow>(updateCall, options);

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateStartOptions options
    ) => StartUpdateAsync<TWorkflow, TUpdateResult>(updateCall, options);
}

/// <summary>A workflow of a known type with a result of a known type.</summary>
/// <typeparam name="TWorkflow">Workflow class or interface.</typeparam>
/// <typeparam name="TResult">Type of the result.</typeparam>
/// <param name="Client">Client it is acted on with.</param>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run that signals, queries, updates, cancellation and termination go to; null: the current one.</param>
/// <param name="ResultRunId">Run whose result is awaited; null: the current one.</param>
/// <param name="FirstExecutionRunId">First run of the chain that cancellation, termination and updates must meet; null: any.</param>
public record WorkflowHandle<TWorkflow, TResult>(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null
) : WorkflowHandle<TWorkflow>(Client, Id, RunId, ResultRunId, FirstExecutionRunId)
{
    /// <summary>Waits until the workflow has completed and returns its result.</summary>
    /// <param name="followRuns">Whether to go on with the next run of a chain.</param>
    /// <param name="rpcOptions">How the calls are made.</param>
    public new virtual Task<TResult> GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<TResult>(followRuns, rpcOptions);
}
