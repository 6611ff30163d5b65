namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Records transitions in the run's folder through an activity, and keeps the details in the Web UI current. While the owner host queries
/// transitions, the run records them only in larger batches, because each activity adds six events to the history.
/// </summary>
internal sealed class RunRecorder(RunComponentContext context, WorkflowResetRecoverer recovery)
{
    private const int RecordedAtOnce = 200;

    /// <summary>Maximum number of queried transitions before the run records them through an activity.</summary>
    private const int GatheredAtMost = 24;

    /// <summary>
    /// Maximum age of a transition that is delivered only by the owner host's query. Afterwards, the next event makes the run record its
    /// transitions through an activity. The host may have an earlier version of this program that does not query them.
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
            || RunComponentContext.Now - _state.Journal.UnrecordedSince >= GatheredFor
        );

    /// <summary>True if the recording of some transitions has not been confirmed.</summary>
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

    /// <summary>Records all transitions except those that happen meanwhile.</summary>
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
    /// Returns the transitions that the owner host may store after a query, or null if there are none. After a reset, transitions first get
    /// numbers that continue the record. A workflow task that would end the execution reports nothing, because a server may reject that
    /// task if new messages have arrived.
    /// </summary>
    public RecordProgressInput? Unrecorded() =>
        IsHeard && !_isClosing && !context.Resets.RecordIsOfAnother && _state.Journal.HasUnconfirmed
            ? ToProgress(_state.Journal.Unconfirmed(_state.Board, ReadAtOnce), Workflow.Info.RunId)
            : null;

    /// <summary>Records all transitions through an activity, because the owner host can't store those it has queried.</summary>
    public void SendAll() => _reader = "";

    /// <summary>Publishes changes in the Web UI until the run ends.</summary>
    public async Task DescribeAsync()
    {
        var (described, attributes) = (-1L, new RunAttributeSetter(_state));
        OngoingOutagesReason? shown = null;
        while (true)
        {
            await Workflow.WaitConditionAsync(
                () =>
                    _state.Journal.Sequence != described
                    || StatusReasonFormatter.Of(RunStatusTexts.DescribeOutages(_state)) != StatusReasonFormatter.Of(shown),
                CancellationToken.None
            );
            shown = RunStatusTexts.ShowOutages(_state, shown, RunComponentContext.Now);
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
                var left = due - RunComponentContext.Now;
                var isPassed =
                    left <= TimeSpan.Zero
                    || !await TimedConditionWaiter.WaitUntilAsync(
                        () => RunDeadlineHandler.Next(_state) != due,
                        left,
                        RunDeadlineHandler.Describe(_state, due)
                    );
                if (isPassed)
                {
                    RunDeadlineHandler.Pass(_state, RunComponentContext.Now);
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

    private RecordProgressInput ToProgress(UnrecordedRunTransitions part, string execution) =>
        new(_state.Repository, _state.Snapshot(0, 0) with { Sequence = part.Sequence, ExecutionId = execution }, part.Tasks, part.Events);
}
