using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>Closes runs and starts their successors (retry, cron, continue-as-new). The caller must hold the workflow's lock.</summary>
internal sealed class RunSuccessorStarter(WorkflowStore store, NamespaceRegistry namespaces)
{
    private static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(1);

    public void Complete(
        SingleWorkflowRunCache workflow,
        MutableState run,
        CompleteWorkflowExecutionCommandAttributes command,
        long taskCompletedId
    )
    {
        var next = Cron(run);
        var e = run.NewEvent(EventType.WorkflowExecutionCompleted);
        e.WorkflowExecutionCompletedEventAttributes = new WorkflowExecutionCompletedEventAttributes
        {
            Result = command.Result,
            WorkflowTaskCompletedEventId = taskCompletedId,
            NewExecutionRunId = next?.RunId ?? "",
        };
        End(
            workflow,
            run,
            e,
            next,
            n =>
            {
                n.Initiator = ContinueAsNewInitiator.CronSchedule;
                n.LastCompletionResult = command.Result ?? run.Start.LastCompletionResult;
            }
        );
    }

    public void Fail(SingleWorkflowRunCache workflow, MutableState run, FailureMessage failure, long taskCompletedId)
    {
        var (state, next) = RetryOrCron(run, failure);
        var e = run.NewEvent(EventType.WorkflowExecutionFailed);
        e.WorkflowExecutionFailedEventAttributes = new WorkflowExecutionFailedEventAttributes
        {
            Failure = failure,
            RetryState = state,
            WorkflowTaskCompletedEventId = taskCompletedId,
            NewExecutionRunId = next?.RunId ?? "",
        };
        End(workflow, run, e, next, n => Retried(n, run, state, failure));
    }

    /// <summary>Terminates a run so that a new run can replace it. Returns the id for the new run, which the caller must create.</summary>
    public string Replace(SingleWorkflowRunCache workflow, MutableState current)
    {
        var newRunId = Guid.CreateVersion7().ToString();
        var details = new Payloads();
        details.Payloads_.Add(PayloadExtensions.Json($"\"terminated by new runID: {newRunId}\""));
        Terminate(workflow, current, "TerminateIfRunning WorkflowIdReusePolicy", details, "history-service");
        return newRunId;
    }

    public void TimeOut(SingleWorkflowRunCache workflow, MutableState run)
    {
        var failure = ServerFailureFactory.Timeout(TimeoutType.StartToClose, "workflow timeout");
        var (state, next) = RetryOrCron(run, failure);
        if (run.Start.WorkflowExecutionExpirationTime is { } end && end.Time() <= run.Now)
        {
            (state, next) = (RetryState.Timeout, null);
        }

        var e = run.NewEvent(EventType.WorkflowExecutionTimedOut);
        e.WorkflowExecutionTimedOutEventAttributes = new WorkflowExecutionTimedOutEventAttributes
        {
            RetryState = state,
            NewExecutionRunId = next?.RunId ?? "",
        };
        End(workflow, run, e, next, n => Retried(n, run, state, failure));
    }

    public void Cancel(SingleWorkflowRunCache workflow, MutableState run, Payloads? details, long taskCompletedId)
    {
        var e = run.NewEvent(EventType.WorkflowExecutionCanceled);
        e.WorkflowExecutionCanceledEventAttributes = new WorkflowExecutionCanceledEventAttributes
        {
            Details = details,
            WorkflowTaskCompletedEventId = taskCompletedId,
        };
        End(workflow, run, e, null, static _ => { });
    }

    /// <summary>Terminates a run.</summary>
    /// <param name="children">False to leave the children open, because another run takes over the children.</param>
    public void Terminate(
        SingleWorkflowRunCache workflow,
        MutableState run,
        string reason,
        Payloads? details,
        string identity,
        IEnumerable<Link>? links = null,
        bool children = true
    )
    {
        var e = run.NewEvent(EventType.WorkflowExecutionTerminated);
        e.WorkflowExecutionTerminatedEventAttributes = new WorkflowExecutionTerminatedEventAttributes
        {
            Reason = reason,
            Details = details,
            Identity = identity,
        };
        e.Links.AddRange(links ?? []);
        End(workflow, run, e, null, static _ => { }, children);
    }

    public void ContinueAsNew(
        SingleWorkflowRunCache workflow,
        MutableState run,
        ContinueAsNewWorkflowExecutionCommandAttributes command,
        UserMetadata? userMetadata,
        long taskCompletedId
    )
    {
        var old = run.Start;
        var initiator = command.Initiator == ContinueAsNewInitiator.Unspecified ? ContinueAsNewInitiator.Workflow : command.Initiator;
        var elapsed = run.Now - run.StartTime;
        var backoff = command.BackoffStartInterval.Span();
        if (initiator == ContinueAsNewInitiator.Workflow && elapsed < MinimumInterval && backoff < MinimumInterval - elapsed)
        {
            backoff = MinimumInterval - elapsed;
        }

        var next = new SuccessorWorkflowRunOptions(Guid.CreateVersion7().ToString(), backoff);
        var queue = command.TaskQueue is { Name.Length: > 0 } q ? q.Name : old.TaskQueue.Name;
        var attributes = new WorkflowExecutionContinuedAsNewEventAttributes
        {
            NewExecutionRunId = next.RunId,
            WorkflowType = command.WorkflowType is { Name.Length: > 0 } type ? type : old.WorkflowType,
            TaskQueue = new TaskQueue { Name = queue, Kind = TaskQueueKind.Normal },
            Input = command.Input,
            WorkflowRunTimeout = command.WorkflowRunTimeout.IsPositive()
                ? command.WorkflowRunTimeout
                : old.WorkflowRunTimeout ?? new Duration(),
            WorkflowTaskTimeout = command.WorkflowTaskTimeout.IsPositive() ? command.WorkflowTaskTimeout : old.WorkflowTaskTimeout,
            WorkflowTaskCompletedEventId = taskCompletedId,
            BackoffStartInterval = command.BackoffStartInterval,
            Initiator = command.Initiator,
            Failure = command.Failure,
            LastCompletionResult = command.LastCompletionResult,
            Header = command.Header,
            Memo = command.Memo.WithoutNulls(),
            SearchAttributes = command.SearchAttributes.WithoutNulls(),
            InheritBuildId = command.InheritBuildId,
        };
        var e = run.NewEvent(EventType.WorkflowExecutionContinuedAsNew);
        e.WorkflowExecutionContinuedAsNewEventAttributes = attributes;
        e.UserMetadata = userMetadata;
        End(
            workflow,
            run,
            e,
            next,
            n =>
            {
                n.Initiator = initiator;
                n.WorkflowType = attributes.WorkflowType;
                n.TaskQueue = attributes.TaskQueue;
                n.Input = attributes.Input;
                n.WorkflowRunTimeout =
                    old.WorkflowExecutionTimeout.IsPositive() && attributes.WorkflowRunTimeout.Span() > old.WorkflowExecutionTimeout.Span()
                        ? old.WorkflowExecutionTimeout
                        : attributes.WorkflowRunTimeout;
                n.WorkflowTaskTimeout = WorkflowStartEventFactory.TaskTimeout(attributes.WorkflowTaskTimeout, n.WorkflowRunTimeout.Span());
                n.LastCompletionResult = attributes.LastCompletionResult;
                n.ContinuedFailure = attributes.Failure;
                n.Header = attributes.Header;
                n.Memo = attributes.Memo;
                n.SearchAttributes = attributes.SearchAttributes;

                // Omitted fields are not inherited. A client that forgets them would lose them with the Temporal server as well.
                WorkflowDeploymentVersionResolver.Inherit(n, run, command.InitialVersioningBehavior);
                n.RetryPolicy = command.RetryPolicy is null ? null : RetryPolicies.WithDefaults(command.RetryPolicy);
                n.CronSchedule = command.CronSchedule;
                n.Attempt = initiator == ContinueAsNewInitiator.Retry ? old.Attempt + 1 : 1;
            }
        );
    }

    /// <summary>Reset points that the next run inherits.</summary>
    public ResetPoints CarriedResetPoints(MutableState run)
    {
        var retention = (namespaces.FindById(run.NamespaceId) ?? NamespaceRegistry.Default).Retention;
        var points = new ResetPoints();
        foreach (var point in run.Record.ResetPoints)
        {
            var carried = point.Clone();
            carried.ExpireTime ??= (run.Now + retention).Stamp();
            points.Points.Add(carried);
        }

        return points;
    }

    // A retry and a cron run start with their predecessor's initial version, whatever version its worker reported since.
    private static void Retried(WorkflowExecutionStartedEventAttributes next, MutableState run, RetryState state, FailureMessage failure)
    {
        next.Initiator = state == RetryState.InProgress ? ContinueAsNewInitiator.Retry : ContinueAsNewInitiator.CronSchedule;
        next.ContinuedFailure = failure;
        next.Attempt = state == RetryState.InProgress ? run.Start.Attempt + 1 : 1;
    }

    private static (RetryState State, SuccessorWorkflowRunOptions? Next) RetryOrCron(MutableState run, FailureMessage failure)
    {
        var (state, delay) = RetryPolicies.Next(
            run.Start.RetryPolicy,
            run.Start.Attempt,
            failure,
            run.Now,
            run.Start.WorkflowExecutionExpirationTime?.Time()
        );
        return state == RetryState.InProgress
            ? (state, new SuccessorWorkflowRunOptions(Guid.CreateVersion7().ToString(), delay))
            : (state, Cron(run));
    }

    private static SuccessorWorkflowRunOptions? Cron(MutableState run)
    {
        if (run.Start.CronSchedule.Length == 0 || CronSchedule.TryParse(run.Start.CronSchedule) is not { } cron)
        {
            return null;
        }

        var now = run.Now;
        if (cron.Next(run.ExecutionTime, now) is not { } at || run.Start.WorkflowExecutionExpirationTime is { } end && at > end.Time())
        {
            return null;
        }

        return new SuccessorWorkflowRunOptions(Guid.CreateVersion7().ToString(), at - now);
    }

    private void End(
        SingleWorkflowRunCache workflow,
        MutableState run,
        HistoryEvent closing,
        SuccessorWorkflowRunOptions? next,
        Action<WorkflowExecutionStartedEventAttributes> change,
        bool children = true
    )
    {
        var wasCurrent = workflow.Current == run;
        run.Changes.NewRunId = next?.RunId ?? "";
        if (run.HasStartedTask)
        {
            run.WorkflowTask.Fail(WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service", reschedule: false);
        }

        run.FlushBuffered();
        run.Add(closing);
        run.Record.FirstTaskDue = null;
        TransferTaskFactory.AddForClose(run, closing, continues: next is not null, closesChildren: children);
        if (wasCurrent)
        {
            UpdateProtocol.RunClosed(workflow, run, next is not null);
        }

        if (next is null)
        {
            return;
        }

        var old = run.Start;
        var start = old.Clone();
        start.ContinuedExecutionRunId = run.RunId;
        start.OriginalExecutionRunId = next.RunId;
        start.Identity = "";
        start.Attempt = 1;
        start.ContinuedFailure = null;
        start.Priority = run.Priority;
        start.Memo = run.Memo.Fields.Count > 0 || old.Memo is not null ? run.Memo.Clone() : null;
        start.SearchAttributes =
            run.SearchAttributes.IndexedFields.Count > 0 || old.SearchAttributes is not null ? run.SearchAttributes.Clone() : null;
        start.PrevAutoResetPoints = CarriedResetPoints(run);
        start.FirstWorkflowTaskBackoff = next.Backoff > TimeSpan.Zero ? next.Backoff.AsDuration() : null;
        change(start);
        start.VersioningOverride = run.Record.VersioningOverride is { OneTime: null } carried ? carried : null;
        var successor = store.Create(workflow, next.RunId);
        successor.Begin(
            start,
            closing.WorkflowExecutionContinuedAsNewEventAttributes is null ? run.UserMetadata : null,
            [],
            Guid.NewGuid().ToString()
        );
        successor.Record.OriginalStartTime = run.Record.OriginalStartTime;
        successor.Record.ResetPoints.AddRange(start.PrevAutoResetPoints!.Points);
        successor.Record.VersioningOverride = start.VersioningOverride;

        successor.Record.Callbacks.AddRange(run.Record.Callbacks);
        successor.WorkflowTask.EnsureScheduled();
    }

    private sealed record SuccessorWorkflowRunOptions(string RunId, TimeSpan Backoff);
}
