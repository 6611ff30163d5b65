namespace Orchestrator.Workflows.Runs;

/// <summary>Has transitions written to the run's folder while the run goes on, and keeps the details in the Web UI up to date. Where the
/// run's machine reads them by itself, it is sent them only when many have gathered: each record takes six events of the history.</summary>
internal sealed class RunRecorder(RunContext context, ResetRecovery recovery)
{
    private const int RecordedAtOnce = 200;

    /// <summary>So many that were only read are recorded at the latest.</summary>
    private const int GatheredAtMost = 24;

    /// <summary>A transition that was only read is recorded so much later at the latest, when something happens: the machine may be worked
    /// for by an earlier version now, which does not read.</summary>
    private static readonly TimeSpan GatheredFor = TimeSpan.FromHours(1);

    private const int ReadAtOnce = 200;
    private readonly Temporalio.Workflows.Mutex _lock = new();
    private readonly RunState _state = context.State;
    private Task _recording = Task.CompletedTask;
    private bool _isClosing;

    /// <summary>Queue of the machine that has said that it reads along; empty: none.</summary>
    private string _reader = "";
    private bool _hadReader;

    /// <summary>The run's machine reads transitions as long as tasks run; else each one is recorded at once.</summary>
    private bool IsReadAlong => IsHeard && _state.Run.State is RunStates.Executing or RunStates.Reviewing;

    private bool IsHeard => _reader.Length > 0 && _reader == _state.Repository.Queue;

    private bool IsDue =>
        _state.Journal.HasUnrecorded
        && (!IsReadAlong || _state.Journal.Unrecorded >= GatheredAtMost || RunContext.Now - _state.Journal.UnrecordedSince >= GatheredFor);

    /// <summary>Something is not known to be recorded.</summary>
    public bool HasUnrecorded => _state.Journal.HasUnrecorded || (_hadReader && _state.Journal.HasUnconfirmed);

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

    /// <summary>The transitions that the run's machine may write by itself; null: none. After a reset the transitions first get numbers
    /// that follow on the record. A workflow task that would end the execution reports nothing, because a server may refuse it for later
    /// messages.</summary>
    public ProgressInput? Unrecorded() =>
        IsHeard && !_isClosing && !context.Resets.RecordIsOfAnother && _state.Journal.HasUnconfirmed
            ? ToProgress(_state.Journal.Unconfirmed(_state.Board, ReadAtOnce), Workflow.Info.RunId)
            : null;

    /// <summary>The machine can't write what it has read.</summary>
    public void SendAll() => _reader = "";

    /// <summary>Runs as long as the run: publishes what has changed.</summary>
    public async Task DescribeAsync()
    {
        var (described, attributes) = (-1L, new RunAttributeSetter(_state));
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
            attributes.SetChanged();
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
            var progress = ToProgress(_state.Journal.TakeUnrecorded(_state.Board, RecordedAtOnce), "");
            var recorded = await context.UntilPossibleAsync(async () =>
            {
                // Awaited here: histories rest on the number of steps after which what follows goes on.
                return await Workflow.ExecuteActivityAsync((IRunActivities a) => a.RecordProgressAsync(progress), context.Short);
            });
            _reader = recorded is { ReadsAlong: true } ? progress.Repository.Queue : "";
            _hadReader |= _reader.Length > 0;
        }
        finally
        {
            _state.Journal.Forget();
            _lock.ReleaseMutex();
        }
    }

    private ProgressInput ToProgress(UnrecordedPart part, string execution) =>
        new(_state.Repository, _state.Snapshot(0, 0) with { Sequence = part.Sequence, ExecutionId = execution }, part.Tasks, part.Events);
}
