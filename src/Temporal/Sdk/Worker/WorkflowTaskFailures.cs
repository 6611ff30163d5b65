using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Exceptions;

namespace Temporalio.Worker;

/// <summary>
/// Tells the server of workflow tasks that failed. A task that is not answered is handed out again and again, and nobody sees why.
/// </summary>
internal sealed class WorkflowTaskFailures(WorkflowTaskWorkerOptions options)
{
    /// <summary>
    /// Whether the server has answered with a refusal: it stands, and whether the task was failed for it depends on the fault. Else the
    /// server could not be reached, or the task is no longer there.
    /// </summary>
    public static bool IsRefusal(RpcException error) =>
        error.Code
            is not (
                RpcException.StatusCode.NotFound
                or RpcException.StatusCode.Unavailable
                or RpcException.StatusCode.DeadlineExceeded
                or RpcException.StatusCode.Cancelled
                or RpcException.StatusCode.ResourceExhausted
            );

    /// <summary>
    /// Tells the server that a task failed, once. A server hands a task that was reported out again at once, as often as it is reported;
    /// one that is not answered any more is paced by its time limit, which the server lets grow.
    /// </summary>
    /// <exception cref="RpcException">The server did not take it.</exception>
    public async Task ReportAsync(RespondWorkflowTaskFailedRequest failed, int attempt)
    {
        if (attempt <= 1)
        {
            await options.Rpc().FailWorkflowTaskAsync(failed);
        }
    }

    /// <summary>Fails a task whose commands the server did not take.</summary>
    public Task FailAsync(
        ByteString taskToken,
        string workflowId,
        int attempt,
        WorkflowTaskFailedCause cause,
        string message,
        string type
    ) =>
        TryAsync(
            () =>
                ReportAsync(
                    new()
                    {
                        Namespace = options.Namespace,
                        TaskToken = taskToken,
                        Identity = options.Identity,
                        Cause = cause,
                        Failure = new()
                        {
                            Message = message,
                            ApplicationFailureInfo = new() { Type = type },
                        },
                    },
                    attempt
                ),
            workflowId
        );

    /// <summary>Fails a task, or a query, that could not be worked on at all; while the server can be reached.</summary>
    public async Task ReportDroppedAsync(PollWorkflowTaskQueueResponse task, Exception error)
    {
        if (error is RpcException unreachable && !IsRefusal(unreachable))
        {
            return;
        }

        var workflowId = task.WorkflowExecution?.WorkflowId ?? string.Empty;
        var message = $"The worker could not work on this task: {error.Message}";
        if (task.Query is null)
        {
            const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure;
            await FailAsync(task.TaskToken, workflowId, task.Attempt, Cause, message, error.GetType().Name);
            return;
        }

        RespondQueryTaskCompletedRequest failed = new()
        {
            Namespace = options.Namespace,
            TaskToken = task.TaskToken,
            CompletedType = QueryResultType.Failed,
            ErrorMessage = message,
        };
        await TryAsync(() => options.Rpc().CompleteQueryAsync(failed), workflowId);
    }

    // The server may have failed the task by itself before: then it does not know it any more.
    private async Task TryAsync(Func<Task> call, string workflowId)
    {
        try
        {
            await call();
        }
        catch (RpcException error) when (error.Code == RpcException.StatusCode.NotFound)
        {
            return;
        }
        catch (RpcException error)
        {
            Log.WorkflowTaskReportFailed(options.Logger, error, workflowId);
        }
    }
}
