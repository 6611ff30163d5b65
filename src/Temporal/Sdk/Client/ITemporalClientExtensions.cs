using System.Linq.Expressions;
using Temporalio.Common;

namespace Temporalio.Client;

/// <summary>Calls that start something and wait for its end.</summary>
public static class ITemporalClientExtensions
{
    /// <summary>Starts a workflow and waits for its result.</summary>
    public static async Task<TResult> ExecuteWorkflowAsync<TWorkflow, TResult>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        WorkflowOptions options
    )
    {
        var handle = await client.StartWorkflowAsync(workflowRunCall, options);
        return await handle.GetResultAsync(rpcOptions: options.Rpc);
    }

    /// <summary>Starts a workflow and waits until it has completed.</summary>
    public static async Task ExecuteWorkflowAsync<TWorkflow>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        WorkflowOptions options
    )
    {
        var handle = await client.StartWorkflowAsync(workflowRunCall, options);
        await handle.GetResultAsync(rpcOptions: options.Rpc);
    }

    /// <summary>Starts a workflow and waits until it has completed.</summary>
    public static async Task ExecuteWorkflowAsync(
        this ITemporalClient client,
        string workflow,
        IReadOnlyCollection<object?> args,
        WorkflowOptions options
    )
    {
        var handle = await client.StartWorkflowAsync(workflow, args, options);
        await handle.GetResultAsync(rpcOptions: options.Rpc);
    }

    /// <summary>Starts a workflow and waits for its result.</summary>
    public static async Task<TResult> ExecuteWorkflowAsync<TResult>(
        this ITemporalClient client,
        string workflow,
        IReadOnlyCollection<object?> args,
        WorkflowOptions options
    )
    {
        var handle = await client.StartWorkflowAsync(workflow, args, options);
        return await handle.GetResultAsync<TResult>(rpcOptions: options.Rpc);
    }

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits until the update has completed.</summary>
    public static async Task ExecuteUpdateWithStartWorkflowAsync<TWorkflow>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task>> updateCall,
        WorkflowUpdateWithStartOptions options
    )
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync(updateCall, WorkflowStartUpdateWithStartOptions.Completed(options));
        await handle.GetResultAsync(options.Rpc);
    }

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for the update's result.</summary>
    public static async Task<TUpdateResult> ExecuteUpdateWithStartWorkflowAsync<TWorkflow, TUpdateResult>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateWithStartOptions options
    )
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync(updateCall, WorkflowStartUpdateWithStartOptions.Completed(options));
        return await handle.GetResultAsync(options.Rpc);
    }

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits until the update has completed.</summary>
    public static async Task ExecuteUpdateWithStartWorkflowAsync(
        this ITemporalClient client,
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateWithStartOptions options
    )
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync(update, args, WorkflowStartUpdateWithStartOptions.Completed(options));
        await handle.GetResultAsync(options.Rpc);
    }

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for the update's result.</summary>
    public static async Task<TUpdateResult> ExecuteUpdateWithStartWorkflowAsync<TUpdateResult>(
        this ITemporalClient client,
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateWithStartOptions options
    )
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync<TUpdateResult>(
            update,
            args,
            WorkflowStartUpdateWithStartOptions.Completed(options)
        );
        return await handle.GetResultAsync(options.Rpc);
    }

    /// <summary>Lists workflows with their histories.</summary>
    public static async IAsyncEnumerable<WorkflowHistory> ListWorkflowHistoriesAsync(
        this ITemporalClient client,
        string query,
        WorkflowListOptions? listOptions = null,
        WorkflowHistoryEventFetchOptions? historyFetchOptions = null
    )
    {
        await foreach (var workflow in client.ListWorkflowsAsync(query, listOptions))
        {
            yield return await client.GetWorkflowHandle(workflow.Id, workflow.RunId).FetchHistoryAsync(historyFetchOptions);
        }
    }
}
