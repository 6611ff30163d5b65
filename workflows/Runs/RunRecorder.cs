namespace Orchestrator.Workflows.Runs;

/// <summary>Writes transitions to the run's folder while the run goes on (many at once, never two writers), and keeps the details in the
/// Web UI up to date.</summary>
internal sealed class RunRecorder(RunContext context, ResetRecovery recovery)
{
    private const int RecordedAtOnce = 200;
    private readonly Temporalio.Workflows.Mutex _lock = new();
    private readonly RunState _state = context.State;
    private Task _recording = Task.CompletedTask;
    private bool _isClosing;

    /// <summary>Starts recording: the run's folder exists.</summary>
    public void Begin() => context.Background.Begin(_recording = RecordInBackgroundAsync());

    /// <summary>Writes the last transitions and ends.</summary>
    public async Task CloseAsync()
    {
        await RecordAllAsync();
        _isClosing = true;
        await _recording;
    }

    /// <summary>Returns when nothing is left to be written, unless something happens meanwhile.</summary>
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

    /// <summary>Runs as long as the run: publishes what has changed.</summary>
    public async Task DescribeAsync()
    {
        var (described, listed) = (-1L, "");
        NotWorking? shown = null;
        while (true)
        {
            await Workflow.WaitConditionAsync(
                () => _state.Journal.Sequence != described || ReasonText.Of(Progress.WhatIsDown(_state)) != ReasonText.Of(shown),
                CancellationToken.None
            );
            shown = Progress.ShowOutages(_state, shown, RunContext.Now);
            described = _state.Journal.Sequence;
            Workflow.CurrentDetails = Progress.Describe(_state);
            if (_state.Plan.ListsState && _state.Run.State != listed)
            {
                List<SearchAttributeUpdate> updates = [RunAttributes.State.ValueSet(_state.Run.State)];
                if (_state.Plan.ListsRepository && listed.Length == 0)
                {
                    updates.Add(RunAttributes.Repository.ValueSet(_state.Repository.Path));
                }
                listed = _state.Run.State;
                Workflow.UpsertTypedSearchAttributes([.. updates]);
            }
        }
    }

    /// <summary>Runs as long as the run: handles deadlines.</summary>
    public async Task WatchDeadlinesAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => Deadlines.Next(_state) is not null, CancellationToken.None);
            while (Deadlines.Next(_state) is { } due)
            {
                var left = due - RunContext.Now;
                var isPassed =
                    left <= TimeSpan.Zero
                    || !await TimedWaits.UntilAsync(() => Deadlines.Next(_state) != due, left, Deadlines.Describe(_state, due));
                if (isPassed)
                {
                    Deadlines.Pass(_state, RunContext.Now);
                }
            }
        }
    }

    private async Task RecordInBackgroundAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(
                () => _state.Journal.HasUnrecorded || context.Resets.RecordIsOfAnother || _isClosing,
                CancellationToken.None
            );
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
            var (tasks, events) = _state.Journal.TakeUnrecorded(_state.Board, RecordedAtOnce);
            var progress = new ProgressInput(_state.Repository, _state.Snapshot(0, 0), tasks, events);
            await context.UntilPossibleAsync(async () =>
            {
                await Workflow.ExecuteActivityAsync((IRunActivities a) => a.RecordProgressAsync(progress), context.Short);
                return true;
            });
        }
        finally
        {
            _lock.ReleaseMutex();
        }
    }
}
