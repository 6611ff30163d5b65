using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>What tests want to know of the histories of their runs.</summary>
internal static class Histories
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A workflow's result; when it does not come, an exception that says what the workflow did.</summary>
    public static async Task<T> ResultAsync<T>(WorkflowHandle handle, Func<Task<T>> result)
    {
        try
        {
            return await result().WaitAsync(Limit);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"No result within {Limit}: {await DescribeAsync(handle)}", e);
        }
    }

    /// <summary>Waits for a failed workflow task.</summary>
    /// <returns>Its cause and message.</returns>
    public static async Task<(WorkflowTaskFailedCause Cause, string Message)> TaskFailureAsync(WorkflowHandle handle)
    {
        for (var end = DateTime.UtcNow + Limit; DateTime.UtcNow < end; await Task.Delay(50))
        {
            var history = await handle.FetchHistoryAsync();
            if (history.Events.FirstOrDefault(e => e.EventType == EventType.WorkflowTaskFailed) is { } failed)
            {
                return (failed.WorkflowTaskFailedEventAttributes.Cause, failed.WorkflowTaskFailedEventAttributes.Failure.Message);
            }
        }

        throw new TimeoutException($"No workflow task failed within {Limit}: {await DescribeAsync(handle)}");
    }

    /// <summary>Waits until history has an event.</summary>
    public static async Task UntilAsync(WorkflowHandle handle, Func<HistoryEvent, bool> isIt)
    {
        for (var end = DateTime.UtcNow + Limit; DateTime.UtcNow < end; await Task.Delay(50))
        {
            if ((await handle.FetchHistoryAsync()).Events.Any(isIt))
            {
                return;
            }
        }

        throw new TimeoutException($"Not within {Limit}: {await DescribeAsync(handle)}");
    }

    private static async Task<string> DescribeAsync(WorkflowHandle handle)
    {
        var history = await handle.FetchHistoryAsync();
        return string.Join(
            " ",
            history.Events.Select(e => $"{e.EventId}.{e.EventType} {e.WorkflowTaskFailedEventAttributes?.Failure?.Message}")
        );
    }
}
