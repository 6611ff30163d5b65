using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.Frontend;

/// <summary>
/// Dispatches activity tasks, and accepts the results and heartbeats of activities. Workers identify a task by its token or by the
/// activity's id.
/// </summary>
internal sealed class ActivityTaskGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    ActivityTaskStarter starts,
    WorkerPolls polls,
    WorkerDeploymentRegistry deployments,
    ServerStopSignal stopping
)
{
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(60);

    public void Register(GrpcMethodRegistry table)
    {
        table.AddHandOver<PollActivityTaskQueueRequest>(async (call, request) => new GrpcResponse(await PollAsync(call, request)));
        table.AddAsync(
            async (RespondActivityTaskCompletedRequest r) =>
            {
                await AnswerAsync(
                    TaskTokenAndPageTokenReader.Task(r.TaskToken, namespaces, r.Namespace),
                    activityAnswer: (run, a) => Complete(run, a, r.Result, r.Identity)
                );
                return new RespondActivityTaskCompletedResponse();
            }
        );
        table.AddAsync(
            async (RespondActivityTaskFailedRequest r) =>
            {
                var token = TaskTokenAndPageTokenReader.Task(r.TaskToken, namespaces, r.Namespace);
                CheckFailure(r.Failure);
                await AnswerAsync(token, (run, a) => Fail(run, a, r.Failure, r.LastHeartbeatDetails, r.Identity));
                return new RespondActivityTaskFailedResponse();
            }
        );
        table.AddAsync(
            async (RespondActivityTaskCanceledRequest r) =>
            {
                await AnswerAsync(
                    TaskTokenAndPageTokenReader.Task(r.TaskToken, namespaces, r.Namespace),
                    (run, a) => Cancel(run, a, r.Details, r.Identity)
                );
                return new RespondActivityTaskCanceledResponse();
            }
        );
        table.AddAsync(
            async (RecordActivityTaskHeartbeatRequest r) =>
            {
                var record = await AnswerAsync(
                    TaskTokenAndPageTokenReader.Task(r.TaskToken, namespaces, r.Namespace),
                    (run, a) => Heartbeat(run, a, r.Details, r.Identity),
                    deferred: true
                );
                return new RecordActivityTaskHeartbeatResponse
                {
                    CancelRequested = record is null || record.CancelRequested,
                    ActivityPaused = record is { Paused: true },
                    ActivityReset = record is { ResetRequested: true },
                };
            }
        );
        table.AddAsync(
            async (RespondActivityTaskCompletedByIdRequest r) =>
            {
                var token = ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId);
                await AnswerAsync(token, (run, a) => Complete(run, a, r.Result, r.Identity), needsStart: false);
                return new RespondActivityTaskCompletedByIdResponse();
            }
        );
        table.AddAsync(
            async (RespondActivityTaskFailedByIdRequest r) =>
            {
                var token = ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId);
                CheckFailure(r.Failure);
                await AnswerAsync(token, (run, a) => Fail(run, a, r.Failure, r.LastHeartbeatDetails, r.Identity));
                return new RespondActivityTaskFailedByIdResponse();
            }
        );
        table.AddAsync(
            async (RespondActivityTaskCanceledByIdRequest r) =>
            {
                await AnswerAsync(
                    ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId),
                    (run, a) => Cancel(run, a, r.Details, r.Identity)
                );
                return new RespondActivityTaskCanceledByIdResponse();
            }
        );
        table.AddAsync(
            async (RecordActivityTaskHeartbeatByIdRequest r) =>
            {
                var record = await AnswerAsync(
                    ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId),
                    (run, a) => Heartbeat(run, a, r.Details, r.Identity),
                    deferred: true
                );
                return new RecordActivityTaskHeartbeatByIdResponse
                {
                    CancelRequested = record is null || record.CancelRequested,
                    ActivityPaused = record is { Paused: true },
                    ActivityReset = record is { ResetRequested: true },
                };
            }
        );
    }

    private async ValueTask<PollActivityTaskQueueResponse> PollAsync(IncomingGrpcCall context, PollActivityTaskQueueRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.TaskQueue(request.TaskQueue);
        LongPoll.RequireTime(context);
        using var poll = new LongPoll(context, PollLimit, stopping.Token);
        using var noted = polls.Note(request.WorkerInstanceKey, poll);
        var poller = TaskQueueDescriber.Poller(
            request.Identity,
            request.WorkerVersionCapabilities,
            request.DeploymentOptions,
            request.TaskQueueMetadata
        );
        await deployments.RegisterVersionAsync(ns.Id, request.DeploymentOptions, request.TaskQueue.Name, activity: true);
        var version = DeploymentVersionText.Of(request.DeploymentOptions);
        while (await engine.Queues.PollAsync(ns.Id, request.TaskQueue.Name, activity: true, version, poller, poll.Token) is { } queued)
        {
            if (context.CancellationToken.IsCancellationRequested)
            {
                engine.Queues.Add(queued);
                break;
            }

            var task = (QueuedActivityTask)queued;
            // The task is also returned if the start failed, because it has left the queue and no other poll would receive it.
            var requestId = Guid.NewGuid().ToString();
            context.WhenUndelivered(() => starts.PutBack(task, requestId));
            var starter = new ActivityWorkerIdentity(
                request.Identity,
                requestId,
                TaskQueueDescriber.Version(request.WorkerVersionCapabilities),
                request.WorkerControlTaskQueue
            );
            var answer = await engine.Store.ChangeAsync(task.NamespaceId, task.WorkflowId, w => starts.Start(w, task, starter, version));
            if (answer is not null)
            {
                return answer;
            }
        }

        return new PollActivityTaskQueueResponse();
    }

    private TaskToken ById(string namespaceName, string workflowId, string runId, string activityId)
    {
        var ns = namespaces.Resolve(namespaceName);
        if (workflowId.Length == 0)
        {
            // The request is for a standalone activity without a workflow, which this server does not support.
            throw GrpcErrorFactory.NotFound($"activity not found for ID: {activityId}");
        }

        if (activityId.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("ActivityId is not set on request.");
        }

        if (runId.Length > 0 && !Guid.TryParse(runId, out _))
        {
            throw GrpcErrorFactory.InvalidArgument("RunId is not valid UUID.");
        }

        return new TaskToken
        {
            NamespaceId = ns.Id,
            WorkflowId = workflowId,
            RunId = runId,
            ActivityId = activityId,
            Activity = true,
        };
    }

    /// <summary>
    /// Applies a change to the activity that a token or an id identifies. Returns the activity's record, or null if the attempt is known to
    /// have ended.
    /// </summary>
    private Task<ActivityRecord?> AnswerAsync(
        TaskToken token,
        Action<MutableState, PendingActivity> activityAnswer,
        bool needsStart = true,
        bool deferred = false
    ) =>
        engine.Store.ChangeAsync(
            token.NamespaceId,
            token.WorkflowId,
            workflow =>
            {
                var run =
                    engine.Store.Find(workflow, token.RunId)
                    ?? throw (
                        token.RunId.Length > 0
                            ? GrpcErrorFactory.NotFound(
                                $"workflow execution not found for workflow ID \"{token.WorkflowId}\" and run ID \"{token.RunId}\""
                            )
                            : GrpcErrorFactory.NotFound($"workflow not found for ID: {token.WorkflowId}")
                    );
                if (!run.IsOpen)
                {
                    throw GrpcErrorFactory.NotFound("workflow execution already completed");
                }

                var byId = token.ScheduledEventId == 0;
                var activity = byId ? run.Activities.Find(token.ActivityId) : run.Activities.Find(token.ScheduledEventId);
                if (activity is null || (!activity.IsStarted && needsStart) || (!byId && !IsAttempt(activity.Record, token)))
                {
                    throw byId && activity is null
                        ? GrpcErrorFactory.NotFound(
                            $"cannot find pending activity with ActivityID {token.ActivityId}, check workflow execution history "
                                + "for more details"
                        )
                        : GrpcErrorFactory.NotFound("invalid activityID or activity already timed out or invoking workflow is completed");
                }

                if (byId)
                {
                    // A caller that answers by id is not the worker that took the task.
                    activity.Record.WorkerVersion = null;
                }

                activityAnswer(run, activity);
                return (ActivityRecord?)activity.Record;
            },
            deferred
        );

    /// <summary>True if the token belongs to the running attempt. If the activity was reset, its attempt number differs from the number in
    /// the token.</summary>
    private static bool IsAttempt(ActivityRecord record, TaskToken token) =>
        record.RequestId == token.RequestId && (record.ResetRequested || record.Attempt == token.Attempt);

    private static void CheckFailure(FailureMessage? failure)
    {
        if (
            failure is not null
            && failure.FailureInfoCase
                is not (FailureMessage.FailureInfoOneofCase.ApplicationFailureInfo or FailureMessage.FailureInfoOneofCase.None)
        )
        {
            throw GrpcErrorFactory.InvalidArgument("Failure must have ApplicationFailureInfo.");
        }
    }

    private void Complete(MutableState run, PendingActivity activity, Payloads? result, string identity)
    {
        if (TooLarge(result))
        {
            ActivityTransitions.Fail(
                run,
                activity,
                new FailureMessage
                {
                    Message = "Complete result exceeds size limit.",
                    ServerFailureInfo = new Temporalio.Api.Failure.V1.ServerFailureInfo { NonRetryable = true },
                },
                identity
            );
            return;
        }

        ActivityTransitions.Complete(run, activity, result, identity);
    }

    private void Fail(MutableState run, PendingActivity activity, FailureMessage? failure, Payloads? heartbeat, string identity)
    {
        if (heartbeat is not null)
        {
            activity.Record.HeartbeatDetails = heartbeat;
        }

        if (failure is not null && failure.CalculateSize() > namespaces.BlobSizeLimit)
        {
            failure = ServerFailureFactory.Server("RespondActivityTaskFailedRequest.Failure exceeds size limit.");
        }

        ActivityTransitions.Fail(run, activity, failure, identity);
    }

    private static void Cancel(MutableState run, PendingActivity activity, Payloads? details, string identity)
    {
        if (!activity.Record.CancelRequested)
        {
            throw GrpcErrorFactory.InvalidArgument("ActivityTask is not cancelled, but worker reports cancelled.");
        }

        ActivityTransitions.Cancel(run, activity, details, identity);
    }

    private void Heartbeat(MutableState run, PendingActivity activity, Payloads? details, string identity)
    {
        if (TooLarge(details))
        {
            ActivityTransitions.Fail(
                run,
                activity,
                new FailureMessage
                {
                    Message = "Heartbeat details exceed size limit.",
                    ServerFailureInfo = new Temporalio.Api.Failure.V1.ServerFailureInfo { NonRetryable = true },
                },
                identity
            );
            activity.Record.CancelRequested = true;
            return;
        }

        ActivityTransitions.RecordHeartbeat(run, activity, details);
    }

    private bool TooLarge(Payloads? blob) => blob is not null && blob.CalculateSize() > namespaces.BlobSizeLimit;
}
