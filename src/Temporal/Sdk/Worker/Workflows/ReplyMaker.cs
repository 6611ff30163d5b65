using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>Makes the requests that answer workflow tasks.</summary>
internal sealed class ReplyMaker(WorkflowTaskHandlerOptions options)
{
    /// <summary>A query that could not be answered.</summary>
    public static WorkflowQueryResult Failed(Exception error, Failure? failure) =>
        new()
        {
            ResultType = QueryResultType.Failed,
            ErrorMessage = error.Message,
            Failure = failure,
        };

    public async Task<WorkflowTaskReply> CompletedAsync(
        PollWorkflowTaskQueueResponse task,
        WorkflowRun run,
        Dictionary<string, WorkflowQueryResult> queries,
        bool heartbeat
    )
    {
        var instance = run.Instance!;
        var commands = instance.Completion.EndTask();
        var request = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Identity = options.Identity,
            Namespace = options.Namespace,
            ReturnNewWorkflowTask = heartbeat || options.MaxCachedWorkflows > 0,
            ForceCreateNewWorkflowTask = heartbeat,
            SdkMetadata = run.WriteFlags(),
            Capabilities = new() { DiscardSpeculativeWorkflowTaskWithEvents = true },
            VersioningBehavior = (VersioningBehavior)(int)instance.VersioningBehavior,
            MeteringMetadata = new(),
        };
        request.Commands.AddRange(commands.Select(c => c.Proto));
        request.Messages.AddRange(commands.Where(c => c.Message is not null).Select(c => c.Message));
        request.Messages.AddRange(instance.Updates.TakeRejections());
        request.QueryResults.Add(queries);
        if (options is { StickyQueue: { } sticky, MaxCachedWorkflows: > 0 } && !instance.Completion.Completed)
        {
            request.StickyAttributes = new()
            {
                WorkerTaskQueue = new()
                {
                    Name = sticky,
                    Kind = TaskQueueKind.Sticky,
                    NormalName = options.TaskQueue,
                },
                ScheduleToStartTimeout = Duration.FromTimeSpan(options.StickyScheduleToStartTimeout),
            };
        }

        options.StampVersion?.Invoke(request);
        await PayloadCodecs.EncodeAsync(
            new(options.DataConverter, options.Namespace, task.WorkflowExecution.WorkflowId, instance),
            request
        );
        return new(task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId) { Completed = request };
    }

    /// <summary>A task that failed; or a workflow that fails, when its failure types say that such an error fails it.</summary>
    public async Task<WorkflowTaskReply> FailedAsync(PollWorkflowTaskQueueResponse task, WorkflowRun run, Exception error)
    {
        var execution = task.WorkflowExecution;
        var failure = options.DataConverter.FailureConverter.ToFailure(error, options.DataConverter.PayloadConverter);
        if (run.Instance is { } instance && error is InvalidWorkflowOperationException && instance.Completion.IsFailure(error))
        {
            var completed = new RespondWorkflowTaskCompletedRequest
            {
                TaskToken = task.TaskToken,
                Identity = options.Identity,
                Namespace = options.Namespace,
                SdkMetadata = run.WriteFlags(),
                MeteringMetadata = new(),
                Commands =
                {
                    new Api.Command.V1.Command
                    {
                        CommandType = CommandType.FailWorkflowExecution,
                        FailWorkflowExecutionCommandAttributes = new() { Failure = failure },
                    },
                },
            };
            options.StampVersion?.Invoke(completed);
            await PayloadCodecs.EncodeAsync(new(options.DataConverter, options.Namespace, execution.WorkflowId, instance), completed);
            return new(execution.WorkflowId, execution.RunId) { Completed = completed };
        }

        if (options.DataConverter.ForWorkflow(options.Namespace, execution.WorkflowId).PayloadCodec is { } codec)
        {
            failure = failure.Clone();
            await codec.EncodeFailureAsync(failure);
        }

        return new(execution.WorkflowId, execution.RunId)
        {
            FailureException = error,
            Failed = new()
            {
                TaskToken = task.TaskToken,
                Identity = options.Identity,
                Namespace = options.Namespace,
                Cause =
                    error is WorkflowNondeterminismException
                        ? WorkflowTaskFailedCause.NonDeterministicError
                        : WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
                Failure = failure,
            },
        };
    }

    public async Task<WorkflowTaskReply> QueryAsync(PollWorkflowTaskQueueResponse task, WorkflowQueryResult result)
    {
        var execution = task.WorkflowExecution;
        await PayloadCodecs.EncodeAsync(new CodecContexts(options.DataConverter, options.Namespace, execution.WorkflowId), result);
        return new(execution.WorkflowId, execution.RunId)
        {
            Query = new()
            {
                TaskToken = task.TaskToken,
                Namespace = options.Namespace,
                CompletedType = result.ResultType,
                QueryResult = result.Answer,
                ErrorMessage = result.ErrorMessage,
                Failure = result.Failure,
            },
        };
    }
}
