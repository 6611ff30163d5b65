using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// One run on this worker: feeds its history, task by task, to the workflow code and ties the events to what the code did.
/// </summary>
internal sealed class WorkflowRun(WorkflowTaskHandlerOptions options, Func<string, WorkflowDefinition> definitionOf, string runId)
{
    private static readonly EventType LastKnown = Enum.GetValues<EventType>().Max();

    private readonly SdkFlags _flags = new();
    private bool _expectsCommands;
    private long _lastedEventId;

    public string RunId => runId;

    /// <summary>The code side; null before the first task.</summary>
    public WorkflowInstance? Instance { get; private set; }

    public WorkflowDefinition? Definition { get; private set; }

    /// <summary>Last event that the run knows.</summary>
    public long ProcessedEventId { get; private set; }

    /// <summary>Started event of the last task that was worked on.</summary>
    public long StartedEventId { get; private set; }

    /// <summary>When the activation that runs now began, as <see cref="Environment.TickCount64"/>; 0 between activations.</summary>
    public long ActivationBegan { get; private set; }

    /// <summary>Applies events up to the end, and the task that waits there.</summary>
    /// <param name="events">Events, without gaps; those the run knows are skipped.</param>
    /// <param name="live">Whether the last started event is a task to be worked on now.</param>
    /// <param name="updates">Updates that came with that task.</param>
    /// <exception cref="Exception">The task must fail with this; the run is no longer usable.</exception>
    public void Process(HistoryEvent[] events, bool live, IReadOnlyList<UpdateRequest> updates)
    {
        var known = Array.FindIndex(events, e => e.EventId > ProcessedEventId);
        if (known < 0)
        {
            return;
        }

        var (batches, rest) = HistoryBatches.Split(events, known, live);
        foreach (var batch in batches)
        {
            Apply(batch, batch.Completed is null ? updates : AcceptedIn(batch));
        }

        MatchRest(events, rest);
    }

    /// <summary>Has the workflow code run with what happened.</summary>
    public void Activate(IReadOnlyList<Action> incoming, IReadOnlyList<Action> jobs, string? reset = null)
    {
        ActivationBegan = Environment.TickCount64;
        try
        {
            Instance!.Activate(incoming, jobs, reset);
        }
        finally
        {
            ActivationBegan = 0;
        }
    }

    /// <summary>What the completed task says about the rules it was made by.</summary>
    public Api.Sdk.V1.WorkflowTaskCompletedMetadata WriteFlags() => _flags.Write();

    /// <summary>
    /// The server has thrown the last task away, because nothing lasting came of it: the task before, started at the given event, is the
    /// last one again. The events that the task brought with it stay.
    /// </summary>
    public void GoBackTo(long startedEventId) =>
        (ProcessedEventId, StartedEventId) = (Math.Max(startedEventId, _lastedEventId), startedEventId);

    private static List<UpdateRequest> AcceptedIn(HistoryBatch batch)
    {
        var accepted = new List<UpdateRequest>();
        foreach (var e in batch.Outcome)
        {
            if (e.WorkflowExecutionUpdateAcceptedEventAttributes is { AcceptedRequest: { } request } update)
            {
                accepted.Add(
                    new(update.ProtocolInstanceId, update.AcceptedRequestMessageId, update.AcceptedRequestSequencingEventId, request)
                );
            }
        }

        return accepted;
    }

    private void Apply(HistoryBatch batch, IReadOnlyList<UpdateRequest> updates)
    {
        var replaying = batch.Completed is not null;
        var (signals, others) = (new List<Action>(), new List<Action>());
        HistoryEvent? begin = null;
        string? seed = null;
        var nextUpdate = 0;
        _flags.Read(batch.Completed?.WorkflowTaskCompletedEventAttributes.SdkMetadata);
        foreach (var e in batch.Events)
        {
            while (nextUpdate < updates.Count && updates[nextUpdate].SequencingEventId < e.EventId)
            {
                AddUpdate(updates[nextUpdate++]);
            }

            switch (e.EventType)
            {
                case EventType.WorkflowExecutionStarted:
                    begin = e;
                    break;
                case EventType.WorkflowExecutionSignaled:
                    signals.Add(() => Instance!.Signals.Dispatch(e.WorkflowExecutionSignaledEventAttributes));
                    break;
                case EventType.WorkflowExecutionCancelRequested:
                    others.Add(() => Instance!.RequestCancellation());
                    break;
                case EventType.WorkflowTaskFailed
                    when e.WorkflowTaskFailedEventAttributes is { Cause: WorkflowTaskFailedCause.ResetWorkflow } failed:
                    seed = failed.NewRunId;
                    break;
                default:
                    RequireKnown(e);
                    if (!Match(e) && Instance?.Commands.Resolve(e) is { } job)
                    {
                        others.Add(job);
                    }

                    continue;
            }

            Match(e);
        }

        while (nextUpdate < updates.Count)
        {
            AddUpdate(updates[nextUpdate++]);
        }

        Prepare(batch, begin, replaying);
        if (begin is not null || seed is not null || signals.Count + others.Count > 0)
        {
            options.TaskStarting?.Invoke(new(Instance!.Info, Definition!));
            Activate(signals, others, seed);
        }

        if (replaying)
        {
            ResolveLocalActivities(batch.Outcome);
            Instance!.Completion.EndTask();
            options.TaskCompleted?.Invoke(new(Instance.Info, Definition!, taskFailureException: null));
        }

        void AddUpdate(UpdateRequest update) => signals.Add(() => Instance!.Updates.Dispatch(update, accepted: replaying));
    }

    // A newer server may tell of something that code would have to heed; where that is not so, it says so.
    private static void RequireKnown(HistoryEvent e)
    {
        if (e.EventType > LastKnown && !e.WorkerMayIgnore)
        {
            throw new InvalidOperationException(
                $"Event {e.EventId} of the history is of type {(int)e.EventType}, which this worker does not know and may not "
                    + "ignore: the server is newer than this library."
            );
        }
    }

    private void Prepare(HistoryBatch batch, HistoryEvent? begin, bool replaying)
    {
        var started = batch.Started;
        var now = started.EventTime.ToDateTime();
        if (begin is not null)
        {
            Definition = definitionOf(begin.WorkflowExecutionStartedEventAttributes.WorkflowType.Name);
            Instance = new(options, Definition, begin, runId, now) { RunsStepByStep = _flags.RunsStepByStep };
        }
        else if (Instance is null)
        {
            throw new InvalidOperationException(
                $"The history of run {runId} does not begin with its start: the first event is {batch.Events[0].EventId}."
            );
        }

        if (!replaying)
        {
            _flags.UseOurs(firstTask: ProcessedEventId == 0);
        }

        var attributes = started.WorkflowTaskStartedEventAttributes;
        Instance.Commands.Replaying = replaying;
        Instance.Patches.Listed = _flags.PatchesListed;
        Instance.Completion.ClosesLast = _flags.CompletionLast;
        Instance.MoveTime(now);
        var completed = batch.Completed?.WorkflowTaskCompletedEventAttributes;
        var deployment = completed is null ? options.DeploymentVersion : WorkerDeploymentVersion.FromProto(completed.DeploymentVersion);
        Instance.CurrentTask = new CurrentTask
        {
            HistoryLength = (int)started.EventId,
            HistorySize = (int)attributes.HistorySizeBytes,
            ContinueAsNewSuggested = attributes.SuggestContinueAsNew,
            SuggestedContinueAsNewReasons =
                attributes.SuggestContinueAsNewReasons.Count == 0
                    ? []
                    : [.. attributes.SuggestContinueAsNewReasons.Select(r => (Temporalio.Workflows.SuggestContinueAsNewReason)(int)r)],
            TargetWorkerDeploymentVersionChanged = attributes.TargetWorkerDeploymentVersionChanged,
            DeploymentVersion = deployment,
            BuildId = deployment?.BuildId ?? (completed is null ? options.BuildId : completed.WorkerVersion?.BuildId) ?? string.Empty,
        };
        foreach (var e in batch.Outcome)
        {
            if (e.MarkerRecordedEventAttributes is { } marker && Markers.ReadPatch(marker) is { } patch)
            {
                Instance.Patches.NoteRecorded(patch.Id);
            }
        }

        _lastedEventId =
            batch.Events.LastOrDefault(e => e.EventType is not (EventType.WorkflowTaskScheduled or EventType.WorkflowTaskStarted))?.EventId
            ?? ProcessedEventId;
        (ProcessedEventId, StartedEventId) = (started.EventId, started.EventId);
    }

    // Local activities that ended in this task: one after the other, in the order of their markers, each followed by a run of the code.
    private void ResolveLocalActivities(ArraySegment<HistoryEvent> outcome)
    {
        foreach (var e in outcome)
        {
            if (
                e.MarkerRecordedEventAttributes is not { } recorded
                || Markers.ReadLocalActivity(recorded) is not { } marker
                || !Instance!.Commands.LocalActivities.TryGetValue(marker.Seq, out var call)
            )
            {
                continue;
            }

            if (marker.CompleteTime is { } time)
            {
                Instance.MoveTime(time.ToDateTime());
            }

            // The event is compared with what the code asked for, so the marker says that, with the event's ending.
            var ending = marker with
            {
                ActivityId = call.FirstAttempt.ActivityId,
                ActivityType = call.FirstAttempt.ActivityType,
            };
            Activate(
                [],
                [
                    () =>
                        call.End(
                            ending,
                            recorded.Failure is null ? Markers.ResultOf(recorded.Details) ?? new Payloads() : null,
                            recorded.Failure
                        ),
                ]
            );
        }
    }

    // True when the event is the trace of a command.
    private bool Match(HistoryEvent e)
    {
        if (e.EventType == EventType.WorkflowTaskCompleted)
        {
            _flags.Read(e.WorkflowTaskCompletedEventAttributes.SdkMetadata);
            _expectsCommands = true;
            return false;
        }

        if (CommandMatcher.IsCommandEvent(e.EventType))
        {
            if (Instance is null)
            {
                throw new WorkflowNondeterminismException(
                    $"[TMPRL1100] Event {e.EventId}: history has {CommandMatcher.Describe(e)} before the workflow has begun."
                );
            }

            Instance.Commands.Match(e, _flags.CompareIds);
            return true;
        }

        if (_expectsCommands && !CommandMatcher.MayStandAmongCommands(e.EventType))
        {
            _expectsCommands = false;
            Instance?.Commands.Log.ExpectNone(e);
        }

        return false;
    }

    // After the last task only the traces of its commands are of interest; what follows belongs to the next task.
    private void MatchRest(HistoryEvent[] events, int rest)
    {
        for (var i = rest; i < events.Length; i++)
        {
            var e = events[i];
            if (_expectsCommands && CommandMatcher.MayStandAmongCommands(e.EventType))
            {
                if (CommandMatcher.IsCommandEvent(events[^1].EventType))
                {
                    // The run was closed in this task: nobody is to be told of it.
                    continue;
                }

                // The next task brings it again, with what follows.
                return;
            }

            if (e.EventType != EventType.WorkflowTaskCompleted && !CommandMatcher.IsCommandEvent(e.EventType))
            {
                if (_expectsCommands)
                {
                    _expectsCommands = false;
                    Instance?.Commands.Log.ExpectNone(e);
                }

                return;
            }

            Match(e);
            ProcessedEventId = e.EventId;
        }

        if (_expectsCommands)
        {
            Instance?.Commands.Log.ExpectNone(next: null);
        }
    }
}
