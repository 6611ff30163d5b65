namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Records transitions in the run's folder through an activity, and keeps the run's details in Temporal's Web UI current. While the owner
/// host queries transitions itself, the run records them in larger batches, because each activity adds six events to the history.
/// </summary>
internal sealed class RunRecorder(RunWorkflowComponentContext context, RunAfterWorkflowResetRecoverer recovery)
{
    private const int RecordedAtOnce = 200;

    /// <summary>
    /// Number of unrecorded transitions at which the run records them through an activity instead of waiting for a query from the owner
    /// host.
    /// </summary>
    private const int GatheredAtMost = 24;

    /// <summary>
    /// Maximum time for which a transition waits until the owner host queries and records it. An activity then records the transition,
    /// because the host may run an older version that sends no such queries.
    /// </summary>
    private static readonly TimeSpan GatheredFor = TimeSpan.FromHours(1);

    private const int ReadAtOnce = 200;
    private readonly Temporalio.Workflows.Mutex _lock = new();
    private readonly RunWorkflowState _state = context.State;
    private Task _recording = Task.CompletedTask;
    private bool _isClosing;

    /// <summary>Task queue of the host that announced that it queries transitions; empty if there is none.</summary>
    private string _reader = "";
    private bool _hadReader;

    /// <summary>
    /// True if the owner host queries transitions and tasks are running. Otherwise each transition is recorded immediately.
    /// </summary>
    private bool IsReadAlong => IsHeard && _state.Run.State is RunStateNames.Executing or RunStateNames.Reviewing;

    private bool IsHeard => _reader.Length > 0 && _reader == _state.Repository.Queue;

    private bool IsDue =>
        _state.Journal.HasUnrecorded
        && (
            !IsReadAlong
            || _state.Journal.Unrecorded >= GatheredAtMost
            || RunWorkflowComponentContext.Now - _state.Journal.UnrecordedSince >= GatheredFor
        );

    /// <summary>
    /// True if some transitions or changed tasks have not yet been handed over for recording. Once the owner host has queried transitions,
    /// also true if some recording has not been confirmed.
    /// </summary>
    public bool HasUnrecorded => _state.Journal.HasUnrecorded || (_hadReader && _state.Journal.HasUnconfirmed);

    /// <summary>Starts recording in the background. The run's folder must exist.</summary>
    public void Begin() => context.Background.Begin(_recording = RecordInBackgroundAsync());

    /// <summary>Writes the last transitions and stops recording.</summary>
    public async Task CloseAsync()
    {
        await RecordAllAsync();
        _isClosing = true;
        await _recording;
    }

    /// <summary>Records transitions until none are left, including those that occur in the meantime.</summary>
    public async Task RecordAllAsync()
    {
        if (_state.Repository.Queue.Length == 0)
        {
            return;
        }
        do
        {
            await RecordOnceAsync();
        } while (_state.Journal.HasUnrecorded);
    }

    /// <summary>
    /// Returns the transitions that the owner host may store after a query, or null if there are none. After a reset, returns null until
    /// the transitions have numbers that continue the record. Also returns null at the end of the run, because a server may still reject
    /// the last workflow task.
    /// </summary>
    public RecordProgressInput? Unrecorded() =>
        IsHeard && !_isClosing && !context.Resets.RecordIsOfAnother && _state.Journal.HasUnconfirmed
            ? ToProgress(_state.Journal.Unconfirmed(_state.Board, ReadAtOnce), Workflow.Info.RunId)
            : null;

    /// <summary>
    /// Makes the run record all transitions through activities, because the owner host can't store those that it has queried.
    /// </summary>
    public void SendAll() => _reader = "";

    /// <summary>Publishes changes in Temporal's Web UI and in search attributes until the run ends.</summary>
    public async Task DescribeAsync()
    {
        var (described, attributes) = (-1L, new RunSearchAttributeSetter(_state));
        OngoingOutagesReason? shown = null;
        while (true)
        {
            await Workflow.WaitConditionAsync(
                () =>
                    _state.Journal.Sequence != described
                    || StatusReasonFormatter.Of(RunStatusTexts.DescribeOutages(_state)) != StatusReasonFormatter.Of(shown),
                CancellationToken.None
            );
            shown = RunStatusTexts.ShowOutages(_state, shown, RunWorkflowComponentContext.Now);
            described = _state.Journal.Sequence;
            Workflow.CurrentDetails = RunStatusTexts.Describe(_state);
            attributes.SetChanged();
        }
    }

    /// <summary>Handles deadlines until the run ends.</summary>
    public async Task WatchDeadlinesAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => RunDeadlineHandler.Next(_state) is not null, CancellationToken.None);
            while (RunDeadlineHandler.Next(_state) is { } due)
            {
                var left = due - RunWorkflowComponentContext.Now;
                var isPassed =
                    left <= TimeSpan.Zero
                    || !await TimedConditionWaiter.WaitUntilAsync(
                        () => RunDeadlineHandler.Next(_state) != due,
                        left,
                        RunDeadlineHandler.Describe(_state, due)
                    );
                if (isPassed)
                {
                    RunDeadlineHandler.Pass(_state, RunWorkflowComponentContext.Now);
                }
            }
        }
    }

    private async Task RecordInBackgroundAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => IsDue || context.Resets.RecordIsOfAnother || _isClosing, CancellationToken.None);
            if (_isClosing)
            {
                return;
            }
            await RecordOnceAsync();
        }
    }

    private async Task RecordOnceAsync()
    {
        await _lock.WaitOneAsync(CancellationToken.None);
        try
        {
            await recovery.FollowRecordAsync();
            if (!_state.Journal.HasUnrecorded)
            {
                return;
            }
            var progress = ToProgress(_state.Journal.RemoveUnrecorded(_state.Board, RecordedAtOnce), "");
            var recorded = await context.RetryUntilPossibleAsync(async () =>
            {
                // Awaited here, because a replay depends on the number of continuations before the caller proceeds.
                return await Workflow.ExecuteActivityAsync((IRunActivities a) => a.RecordProgressAsync(progress), context.Short);
            });
            _reader = recorded is { ReadsAlong: true } ? progress.Repository.Queue : "";
            _hadReader |= _reader.Length > 0;
        }
        finally
        {
            _state.Journal.RemoveRecorded();
            _lock.ReleaseMutex();
        }
    }

    private RecordProgressInput ToProgress(UnrecordedRunChangeList part, string execution) =>
        new(_state.Repository, _state.Snapshot(0, 0) with { Sequence = part.Sequence, ExecutionId = execution }, part.Tasks, part.Events);
}
