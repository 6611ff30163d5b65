using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// Starts activity attempts for workers that poll. If a worker requests it (<c>request_eager_execution</c>), the response to a completed
/// workflow task also delivers attempts of activities that the task scheduled.
/// </summary>
/// <param name="cancelCommands"><see cref="TemporalServerOptions.CancelCommands"/>.</param>
internal sealed class ActivityTaskStarter(WorkflowEngine engine, NamespaceRegistry namespaces, bool cancelCommands)
{
    /// <summary>
    /// Starts the waiting attempt for a worker that polled, or returns null if the task is obsolete. The caller must hold the workflow's
    /// lock.
    /// </summary>
    public PollActivityTaskQueueResponse? Start(
        SingleWorkflowRunCache workflow,
        QueuedActivityTask task,
        ActivityWorkerIdentity starter,
        string deployment = DeploymentVersionText.None
    )
    {
        if (
            engine.Store.Find(workflow, task.RunId) is not { IsOpen: true } run
            || run.Activities.Find(task.ScheduledEventId) is not { } activity
            || activity.IsStarted
            || activity.Record.Stamp != task.Stamp
            || activity.Record.Paused
            || activity.Record.WaitsForRetry
            || activity.Record.Held
        )
        {
            return null;
        }

        if (Moves(run, deployment))
        {
            run.WaitForMove.Add(activity.ScheduledEventId);
            run.WorkflowTask.EnsureScheduled();
            return null;
        }

        return Started(run, activity, starter);
    }

    /// <summary>True if the run's tasks are now routed to the worker's version while the run itself is still on another version. The
    /// run must then move to that version with its next workflow task before the activity starts.</summary>
    private bool Moves(MutableState run, string deployment) =>
        deployment.Length > 0
        && WorkflowDeploymentVersionResolver.Pinned(run) is null
        && run.LastCompletedTaskEventId > 0
        && deployment != DeploymentVersionText.Of(run.Deployment)
        && deployment == engine.Deployments.RouteOf(run.NamespaceId, run.Start.TaskQueue.Name, activity: false, run.WorkflowId);

    /// <summary>
    /// Returns a task to its queue after the start failed, or after the worker disconnected before it received the response.
    /// </summary>
    public void PutBack(QueuedActivityTask task, string requestId) =>
        engine.Detached(
            task.WorkflowId,
            () =>
                engine.Store.ChangeAsync(
                    task.NamespaceId,
                    task.WorkflowId,
                    w =>
                    {
                        if (
                            engine.Store.Find(w, task.RunId) is not { IsOpen: true } run
                            || run.Activities.Find(task.ScheduledEventId) is not { } activity
                            || activity.Record.Stamp != task.Stamp
                        )
                        {
                            return;
                        }

                        if (activity.IsStarted && activity.Record.RequestId == requestId)
                        {
                            ActivityTransitions.ReturnAttemptToQueue(run, activity);
                        }
                        else if (!activity.IsStarted)
                        {
                            engine.Queues.Add(task);
                        }
                    }
                )
        );

    /// <summary>
    /// Starts an attempt for the worker that scheduled the activity, as part of the same change to the run and without queueing the
    /// attempt. The caller must hold the workflow's lock.
    /// </summary>
    public PollActivityTaskQueueResponse StartEagerly(MutableState run, PendingActivity activity, ActivityWorkerIdentity starter)
    {
        run.Changes.DispatchActivities.Remove(activity.ScheduledEventId);
        return Started(run, activity, starter);
    }

    /// <summary>Returns an eagerly started attempt to the queue, because the response did not reach the worker.</summary>
    public void PutBackEager(TaskToken token) =>
        engine.Detached(
            token.WorkflowId,
            () =>
                engine.Store.ChangeAsync(
                    token.NamespaceId,
                    token.WorkflowId,
                    w =>
                    {
                        if (
                            engine.Store.Find(w, token.RunId) is { IsOpen: true } run
                            && run.Activities.Find(token.ScheduledEventId) is { IsStarted: true } activity
                            && activity.Record.RequestId == token.RequestId
                        )
                        {
                            ActivityTransitions.ReturnAttemptToQueue(run, activity);
                        }
                    }
                )
        );

    private PollActivityTaskQueueResponse Started(MutableState run, PendingActivity activity, ActivityWorkerIdentity starter)
    {
        ActivityTransitions.Start(run, activity, cancelCommands ? starter : starter with { CommandQueue = "" });
        var scheduled = activity.Scheduled;
        return new PollActivityTaskQueueResponse
        {
            TaskToken = ActivityTransitions.TokenOf(run, activity),
            WorkflowNamespace = namespaces.FindById(run.NamespaceId)?.Name ?? "",
            WorkflowType = run.Start.WorkflowType,
            WorkflowExecution = run.Execution,
            ActivityType = scheduled.ActivityType,
            ActivityId = scheduled.ActivityId,
            Header = scheduled.Header,
            Input = scheduled.Input,
            HeartbeatDetails = activity.Record.HeartbeatDetails,
            ScheduledTime = activity.Record.FirstScheduledTime,
            CurrentAttemptScheduledTime = activity.Record.ScheduledTime,
            StartedTime = activity.Record.StartedTime,
            Attempt = activity.Record.Attempt,

            // The server enforces changed options. Like the Temporal server, it still sends the options with which the activity was
            // scheduled.
            ScheduleToCloseTimeout = scheduled.ScheduleToCloseTimeout.Span().AsDuration(),
            StartToCloseTimeout = scheduled.StartToCloseTimeout.Span().AsDuration(),
            HeartbeatTimeout = scheduled.HeartbeatTimeout.Span().AsDuration(),
            RetryPolicy = activity.RetryPolicy,
            Priority = PriorityInheritance.Inherit(activity.Priority, run.Priority),
        };
    }
}
