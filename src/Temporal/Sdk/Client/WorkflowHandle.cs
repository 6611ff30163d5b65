using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <summary>A workflow, acted on from outside.</summary>
/// <param name="Client">Client it is acted on with.</param>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run that signals, queries, updates, cancellation and termination go to; null: the current one.</param>
/// <param name="ResultRunId">Run whose result is awaited; null: the current one.</param>
/// <param name="FirstExecutionRunId">First run of the chain that cancellation, termination and updates must meet; null: any.</param>
public record WorkflowHandle(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null
)
{
    /// <summary>Waits until the workflow has completed.</summary>
    /// <param name="followRuns">Whether to go on with the next run of a chain (continue-as-new, retry, cron).</param>
    /// <param name="rpcOptions">How the calls are made.</param>
    /// <exception cref="WorkflowFailedException">It failed, timed out, was cancelled or terminated; the inner exception says
    /// which.</exception>
    /// <exception cref="WorkflowContinuedAsNewException">It continued as new and <paramref name="followRuns" /> is false.</exception>
    public virtual Task GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<ValueTuple>(followRuns, rpcOptions);

    /// <summary>Waits until the workflow has completed and returns its result.</summary>
    /// <param name="followRuns">Whether to go on with the next run of a chain (continue-as-new, retry, cron).</param>
    /// <param name="rpcOptions">How the calls are made.</param>
    /// <exception cref="WorkflowFailedException">It failed, timed out, was cancelled or terminated; the inner exception says
    /// which.</exception>
    /// <exception cref="WorkflowContinuedAsNewException">It continued as new and <paramref name="followRuns" /> is false.</exception>
    public virtual Task<TResult> GetResultAsync<TResult>(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        WorkflowResults.WaitAsync<TResult>(this, followRuns, rpcOptions);

    /// <summary>Sends a signal.</summary>
    public virtual Task SignalAsync<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall, WorkflowSignalOptions? options = null)
    {
        var (method, args) = ExpressionCalls.ReadCall(signalCall);
        return SignalAsync(WorkflowSignalDefinition.NameOf(method), args, options);
    }

    /// <summary>Sends a signal.</summary>
    public virtual Task SignalAsync(string signal, IReadOnlyCollection<object?> args, WorkflowSignalOptions? options = null) =>
        Client.OutboundInterceptor.SignalWorkflowAsync(new(Id, RunId, signal, args, options, Headers: null));

    /// <summary>Asks a query.</summary>
    /// <exception cref="WorkflowQueryFailedException">The query failed.</exception>
    /// <exception cref="WorkflowQueryRejectedException">The query was refused because of the workflow's status.</exception>
    public virtual Task<TQueryResult> QueryAsync<TWorkflow, TQueryResult>(
        Expression<Func<TWorkflow, TQueryResult>> queryCall,
        WorkflowQueryOptions? options = null
    )
    {
        if (ExpressionCalls.ReadProperty(queryCall) is { } property)
        {
            return QueryAsync<TQueryResult>(WorkflowQueryDefinition.FromProperty(property).Name!, [], options);
        }

        var (method, args) = ExpressionCalls.ReadCall(queryCall, " or property access");
        var name =
            WorkflowQueryDefinition.FromMethod(method).Name
            ?? throw new ArgumentException(
                $"{method.DeclaringType}.{method.Name} is a dynamic query handler and cannot be called by lambda.",
                nameof(queryCall)
            );
        return QueryAsync<TQueryResult>(name, args, options);
    }

    /// <summary>Asks a query.</summary>
    /// <exception cref="WorkflowQueryFailedException">The query failed.</exception>
    /// <exception cref="WorkflowQueryRejectedException">The query was refused because of the workflow's status.</exception>
    public virtual Task<TQueryResult> QueryAsync<TQueryResult>(
        string query,
        IReadOnlyCollection<object?> args,
        WorkflowQueryOptions? options = null
    ) => Client.OutboundInterceptor.QueryWorkflowAsync<TQueryResult>(new(Id, RunId, query, args, options, Headers: null));

    /// <summary>Sends an update and waits until it has completed.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    public virtual Task ExecuteUpdateAsync<TWorkflow>(Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateOptions? options = null)
    {
        var (method, args) = ExpressionCalls.ReadCall(updateCall);
        return ExecuteUpdateAsync(WorkflowUpdateDefinition.NameOf(method), args, options);
    }

    /// <summary>Sends an update and waits for its result.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    public virtual Task<TUpdateResult> ExecuteUpdateAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateOptions? options = null
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(updateCall);
        return ExecuteUpdateAsync<TUpdateResult>(WorkflowUpdateDefinition.NameOf(method), args, options);
    }

    /// <summary>Sends an update and waits until it has completed.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    public virtual Task ExecuteUpdateAsync(string update, IReadOnlyCollection<object?> args, WorkflowUpdateOptions? options = null) =>
        ExecuteUpdateAsync<ValueTuple>(update, args, options);

    /// <summary>Sends an update and waits for its result.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    public virtual async Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateOptions? options = null
    )
    {
        var handle = await StartUpdateAsync<TUpdateResult>(update, args, WorkflowUpdateStartOptions.Completed(options));
        return await handle.GetResultAsync(options?.Rpc);
    }

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled; the update may be under
    /// way.</exception>
    public virtual Task<WorkflowUpdateHandle> StartUpdateAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall,
        WorkflowUpdateStartOptions options
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(updateCall);
        return StartUpdateAsync(WorkflowUpdateDefinition.NameOf(method), args, options);
    }

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled; the update may be under
    /// way.</exception>
    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateStartOptions options
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(updateCall);
        return StartUpdateAsync<TUpdateResult>(WorkflowUpdateDefinition.NameOf(method), args, options);
    }

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled; the update may be under
    /// way.</exception>
    public virtual async Task<WorkflowUpdateHandle> StartUpdateAsync(
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateStartOptions options
    ) => await StartUpdateAsync<ValueTuple>(update, args, options);

    /// <summary>Sends an update and waits until it has reached a stage.</summary>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled; the update may be under
    /// way.</exception>
    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateStartOptions options
    ) =>
        Client.OutboundInterceptor.StartWorkflowUpdateAsync<TUpdateResult>(
            new(Id, RunId, FirstExecutionRunId, update, args, options, Headers: null)
        );

    /// <summary>An update that was sent before; it is not checked whether it exists.</summary>
    public virtual WorkflowUpdateHandle GetUpdateHandle(string id) => new(Client, id, Id, RunId);

    /// <summary>An update that was sent before; it is not checked whether it exists.</summary>
    public virtual WorkflowUpdateHandle<TUpdateResult> GetUpdateHandle<TUpdateResult>(string id) => new(Client, id, Id, RunId);

    /// <summary>Looks at the workflow.</summary>
    public virtual Task<WorkflowExecutionDescription> DescribeAsync(WorkflowDescribeOptions? options = null) =>
        Client.OutboundInterceptor.DescribeWorkflowAsync(new(Id, RunId, options));

    /// <summary>Asks the workflow to stop; it may clean up first.</summary>
    public virtual Task CancelAsync(WorkflowCancelOptions? options = null) =>
        Client.OutboundInterceptor.CancelWorkflowAsync(new(Id, RunId, FirstExecutionRunId, options));

    /// <summary>Ends the workflow at once, without its doing.</summary>
    public virtual Task TerminateAsync(string? reason = null, WorkflowTerminateOptions? options = null) =>
        Client.OutboundInterceptor.TerminateWorkflowAsync(new(Id, RunId, FirstExecutionRunId, reason, options));

    /// <summary>Reads the whole history.</summary>
    public virtual async Task<WorkflowHistory> FetchHistoryAsync(WorkflowHistoryEventFetchOptions? options = null)
    {
        var events = new List<HistoryEvent>();
        await foreach (var historyEvent in FetchHistoryEventsAsync(options))
        {
            events.Add(historyEvent);
        }

        return new(Id, events);
    }

    /// <summary>Reads the history's events, page by page.</summary>
    public virtual IAsyncEnumerable<HistoryEvent> FetchHistoryEventsAsync(WorkflowHistoryEventFetchOptions? options = null) =>
        FetchHistoryEventsAsync(RunId, options ?? new());

    internal async IAsyncEnumerable<HistoryEvent> FetchHistoryEventsAsync(
        string? runId,
        WorkflowHistoryEventFetchOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var (rpc, source) = (options.Rpc ?? new()).WithAdditionalCancellationToken(cancellationToken);
        using (source)
        {
            byte[]? token = null;
            do
            {
                var page = await Client.OutboundInterceptor.FetchWorkflowHistoryEventPageAsync(
                    new(Id, runId, PageSize: null, token, options.WaitNewEvent, options.EventFilterType, options.SkipArchival, rpc)
                );
                foreach (var historyEvent in page.Events)
                {
                    yield return historyEvent;
                }

                token = page.NextPageToken;
            } while (token is not null);
        }
    }
}
