using Temporal.Server.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Resets a run to one of its workflow tasks. Copies the history up to that task, fails the task, and reapplies later events.
/// </summary>
internal sealed class WorkflowRunResetter(WorkflowEngine engine)
{
    private const string Identity = "history-service";

    /// <summary>Resets a run. The caller must hold the workflow's lock.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="run">The run to reset.</param>
    /// <param name="request">The reset point and the events to reapply.</param>
    /// <param name="once">True to make repeated requests with the same id idempotent. A client's request creates a new run each
    /// time.</param>
    public ResetWorkflowExecutionResponse Reset(
        SingleWorkflowRunCache workflow,
        MutableState run,
        ResetWorkflowExecutionRequest request,
        bool once
    )
    {
        if (request.RequestId.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("RequestId is not set on request.");
        }

        GrpcArgumentValidator.RequestId(request.RequestId);

        if (request.PostResetOperations.Any(o => o.SignalWorkflow is not null))
        {
            throw GrpcErrorFactory.InvalidArgument("unsupported post reset operation: *workflow.PostResetOperation_SignalWorkflow_");
        }

        // The current run may have been deleted while an older one still exists.
        var current = engine.Store.Require(workflow, "");
        if (once && current.Record.ResetRequestId == request.RequestId)
        {
            return new ResetWorkflowExecutionResponse { RunId = current.RunId };
        }

        var finish = request.WorkflowTaskFinishEventId;
        if (finish <= 1 || finish >= run.NextEventId)
        {
            throw GrpcErrorFactory.InvalidArgument("Workflow task finish ID must be > 1 && <= workflow last event ID.");
        }

        var all = engine.Store.Batches(run, 1).SelectMany(CachedEventHistory.Decode).Concat(run.Changes.Events).ToList();
        var kept = all.Where(e => e.EventId < finish).ToList();
        CheckBoundary(kept, all, finish);
        var later = all.Where(e => e.EventId >= finish).Concat(run.Buffered.All).ToList();
        later.AddRange(LaterRuns(workflow, run));

        var reset = Copy(workflow, run, kept, request);
        if (current.IsOpen)
        {
            // Terminates it as the current run, so that its accepted updates end with it; the new run accepts them again.
            workflow.Current = current;
            engine.Chain.Terminate(workflow, current, request.Reason, null, "history-resetter", children: false);
            workflow.Current = reset;
        }

        run.Record.ResetRunId = reset.RunId;
        run.Changes.Touched = true;
        Reapply(reset, kept, later, request);
        foreach (var operation in request.PostResetOperations)
        {
            if (operation.UpdateWorkflowOptions is { } options)
            {
                WorkflowOptionsUpdater.Apply(
                    reset,
                    engine.Deployments,
                    options.WorkflowExecutionOptions,
                    WorkflowOptionsUpdater.Paths(options.UpdateMask),
                    identity: ""
                );
            }
        }

        reset.WorkflowTask.EnsureScheduled();
        return new ResetWorkflowExecutionResponse { RunId = reset.RunId };
    }

    private static void CheckBoundary(List<HistoryEvent> kept, List<HistoryEvent> all, long finish)
    {
        // The task to fail must be open at that point: scheduled or started, and no batch of events may be split.
        var last = kept[^1].EventType;
        var next = all.Find(e => e.EventId == finish)!.EventType;
        var isBoundary = last switch
        {
            EventType.WorkflowTaskStarted => true,
            EventType.WorkflowTaskScheduled => next == EventType.WorkflowTaskStarted,
            _ => false,
        };
        if (!isBoundary)
        {
            throw GrpcErrorFactory.InvalidArgument(
                $"StateRebuilder unable to Rebuild mutable state to event ID: {finish - 1}, version: 0, this event must be at the boundary"
            );
        }
    }

    private MutableState Copy(
        SingleWorkflowRunCache workflow,
        MutableState run,
        List<HistoryEvent> kept,
        ResetWorkflowExecutionRequest request
    )
    {
        var runId = Guid.CreateVersion7().ToString();
        var reset = engine.Store.Create(workflow, runId);
        reset.Changes.Created = true;
        reset.Changes.Visible = true;

        // The copy counts as one state transition.
        reset.Record.StateTransitions = 1;
        foreach (var e in kept)
        {
            reset.Add(e);
        }

        reset.Record.ResetRequestId = request.RequestId;
        reset.Record.CreateRequestId = run.Record.CreateRequestId;
        if (run.Record.RequestIds.TryGetValue(run.Record.CreateRequestId, out var created))
        {
            reset.Record.RequestIds[run.Record.CreateRequestId] = created.Clone();
        }

        reset.Record.OriginalStartTime = run.Record.OriginalStartTime;
        reset.Record.LastResetTime = reset.Now.Stamp();
        foreach (
            var point in run.Record.ResetPoints.Where(p =>
                p.RunId == run.RunId
                    ? p.FirstWorkflowTaskCompletedId < request.WorkflowTaskFinishEventId
                    : run.Start.PrevAutoResetPoints?.Points.Contains(p) == true
            )
        )
        {
            // Reset points in the copied part of the old history are points of the new run.
            var taken = point.Clone();
            taken.RunId = point.RunId == run.RunId ? runId : point.RunId;
            reset.Record.ResetPoints.Add(taken);
        }

        if (kept.Exists(e => e.EventType == EventType.WorkflowTaskCompleted))
        {
            reset.Record.BuildIds.AddRange(run.Record.BuildIds);
        }

        reset.BeginFromReset();

        var scheduled = kept.FindLast(e => e.EventType == EventType.WorkflowTaskScheduled)!;
        var started = kept[^1].EventType == EventType.WorkflowTaskStarted ? kept[^1].EventId : 0;
        if (started == 0)
        {
            var startedEvent = reset.NewEvent(EventType.WorkflowTaskStarted);
            startedEvent.WorkflowTaskStartedEventAttributes = new WorkflowTaskStartedEventAttributes
            {
                ScheduledEventId = scheduled.EventId,
                Identity = Identity,
                RequestId = "emptyUuid",
            };
            started = reset.Add(startedEvent).EventId;
        }

        var failed = reset.NewEvent(EventType.WorkflowTaskFailed);
        failed.WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
        {
            ScheduledEventId = scheduled.EventId,
            StartedEventId = started,
            Cause = WorkflowTaskFailedCause.ResetWorkflow,
            Failure = new Temporalio.Api.Failure.V1.Failure
            {
                Message = request.Reason,
                ResetWorkflowFailureInfo = new Temporalio.Api.Failure.V1.ResetWorkflowFailureInfo(),
            },
            Identity = Identity,
            BaseRunId = run.RunId,
            NewRunId = runId,
        };
        reset.Add(failed);
        foreach (var activity in reset.Activities.All)
        {
            ActivityTransitions.RescheduleAfterReset(reset, activity);
        }

        // The new run repeats requests to other workflows that had no answer at the reset point.
        var unanswered = reset
            .Children.All.Where(c => c.StartedEventId == 0)
            .Select(c => c.InitiatedEventId)
            .Concat(reset.Externals.Signals)
            .Concat(reset.Externals.Cancels)
            .ToHashSet();
        foreach (var e in kept.Where(e => unanswered.Contains(e.EventId)))
        {
            TransferTaskFactory.Add(reset, e);
        }

        return reset;
    }

    /// <summary>Returns the events of the runs that followed the reset run in its chain.</summary>
    private IEnumerable<HistoryEvent> LaterRuns(SingleWorkflowRunCache workflow, MutableState run)
    {
        var at = run;
        while (Next(at) is { Length: > 0 } next && engine.Store.Find(workflow, next) is { } following)
        {
            foreach (
                var e in engine.Store.Batches(following, 1).SelectMany(CachedEventHistory.Decode).Concat(following.Buffered.All).ToList()
            )
            {
                yield return e;
            }

            at = following;
        }
    }

    private static string Next(MutableState run) =>
        run.CloseEvent?.WorkflowExecutionContinuedAsNewEventAttributes?.NewExecutionRunId
        ?? run.CloseEvent?.WorkflowExecutionCompletedEventAttributes?.NewExecutionRunId
        ?? run.CloseEvent?.WorkflowExecutionFailedEventAttributes?.NewExecutionRunId
        ?? run.CloseEvent?.WorkflowExecutionTimedOutEventAttributes?.NewExecutionRunId
        ?? "";

    /// <summary>
    /// Reapplies signals, updates and option changes, but not cancel requests, as the Temporal server does. An update that an earlier reset
    /// reapplied may occur several times among the kept and later events. It is reapplied only once, because workers fail a task in which
    /// an update id occurs twice.
    /// </summary>
    private static void Reapply(
        MutableState reset,
        List<HistoryEvent> kept,
        List<HistoryEvent> later,
        ResetWorkflowExecutionRequest request
    )
    {
        var known = kept.Select(UpdateOf).OfType<Temporalio.Api.Update.V1.Request>().Select(update => update.Meta.UpdateId).ToHashSet();
        var exclude = request.ResetReapplyExcludeTypes;
        var none = request.ResetReapplyType == ResetReapplyType.None;
        var signals = !none && !exclude.Contains(ResetReapplyExcludeType.Signal);
        var others = !none && request.ResetReapplyType != ResetReapplyType.Signal;
        foreach (var e in later)
        {
            switch (e.EventType)
            {
                case EventType.WorkflowExecutionSignaled when signals:
                    var s = e.WorkflowExecutionSignaledEventAttributes;
                    var signal = reset.NewEvent(EventType.WorkflowExecutionSignaled);
                    signal.WorkflowExecutionSignaledEventAttributes = s.Clone();
                    signal.Links.AddRange(e.Links);
                    reset.AddOrBuffer(signal);
                    break;
                case EventType.WorkflowExecutionUpdateAdmitted
                or EventType.WorkflowExecutionUpdateAccepted
                    when others
                        && !exclude.Contains(ResetReapplyExcludeType.Update)
                        && UpdateOf(e) is { } update
                        && known.Add(update.Meta.UpdateId):
                    reset.AddOrBuffer(Admitted(reset, update));
                    break;
                case EventType.WorkflowExecutionOptionsUpdated:
                    var options = reset.NewEvent(EventType.WorkflowExecutionOptionsUpdated);
                    options.WorkflowExecutionOptionsUpdatedEventAttributes = e.WorkflowExecutionOptionsUpdatedEventAttributes.Clone();
                    options.WorkerMayIgnore = true;
                    reset.AddOrBuffer(options);
                    break;
                default:
                    break;
            }
        }
    }

    private static Temporalio.Api.Update.V1.Request? UpdateOf(HistoryEvent e) =>
        e.WorkflowExecutionUpdateAdmittedEventAttributes?.Request ?? e.WorkflowExecutionUpdateAcceptedEventAttributes?.AcceptedRequest;

    private static HistoryEvent Admitted(MutableState reset, Temporalio.Api.Update.V1.Request request)
    {
        var admitted = reset.NewEvent(EventType.WorkflowExecutionUpdateAdmitted);
        admitted.WorkflowExecutionUpdateAdmittedEventAttributes = new WorkflowExecutionUpdateAdmittedEventAttributes
        {
            Request = request,
            Origin = UpdateAdmittedEventOrigin.Reapply,
        };
        return admitted;
    }
}
