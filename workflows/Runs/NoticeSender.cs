namespace Orchestrator.Workflows.Runs;

/// <summary>Has people told what they want to know: once when it changes, and again when the step asks for it. Nothing waits for that; what
/// reaches nobody is a warning of the run.</summary>
internal sealed class NoticeSender(RunContext context)
{
    /// <summary>The time in which notices are gathered: a task that fails, and the run that can't continue without it, are one
    /// notice.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(3);

    /// <summary>The time for which a run's end waits for channels that do not answer.</summary>
    private static readonly TimeSpan Closing = TimeSpan.FromMinutes(2);

    private readonly RunState _state = context.State;
    private IReadOnlyList<RunNotice> _now = [];
    private long _seen = -1;
    private string _told = "";
    private RunRest _toldAt;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private DateTimeOffset? _next;
    private bool _isClosing;
    private bool _isTelling;

    /// <summary>Runs as long as the run.</summary>
    public async Task RunAsync()
    {
        while (!_isClosing)
        {
            await Workflow.WaitConditionAsync(() => _isClosing || HasNews() || _next is not null, CancellationToken.None);
            if (!_isClosing && !HasNews() && _next is { } next && next > RunContext.Now)
            {
                await TimedWaits.UntilAsync(() => _isClosing || HasNews(), next - RunContext.Now, "Until waiting notices are sent");
            }
            if (!_isClosing && HasNews())
            {
                await TimedWaits.UntilAsync(() => _isClosing, Gathering, "Until what happens at once is gathered in one notice");
            }
            if (!_isClosing)
            {
                await TellAsync(Rest);
            }
        }
    }

    /// <summary>Tells how the run has ended, and withdraws all questions. Channels that do not answer are given up.</summary>
    public async Task CloseAsync()
    {
        _isClosing = true;
        await Workflow.WaitConditionAsync(() => !_isTelling, CancellationToken.None);
        if (_state.Rules.Notices.Count > 0 && _state.Repository.Queue.Length > 0)
        {
            await TellAsync(RunRest.Ended);
        }
    }

    private RunRest Rest => IsStanding(_state) ? RunRest.Standing : RunRest.None;

    // Looked at again only when something has happened: questions are made of texts.
    private bool HasNews()
    {
        if (_seen != _state.Journal.Sequence)
        {
            _seen = _state.Journal.Sequence;
            _now = _state.Repository.Queue.Length > 0 ? RunNotices.Of(_state, RunContext.Now) : [];
        }
        // What waits for its minute is told at once when nothing more will happen.
        return _state.IsTelling = KeysOf(_now) != _told || (_next is not null && _toldAt == RunRest.None && IsStanding(_state));
    }

    private static bool IsStanding(RunState state) =>
        state.Run.State is RunStates.Escalated or RunStates.AwaitingApproval or RunStates.AwaitingPromotion
        || (state.Board.AnyAtWork && state.Board.AtWork.All(entry => IsWaiting(entry.Progress.State)));

    private static bool IsWaiting(string state) => state is TaskStates.Blocked or TaskStates.AwaitingApproval or TaskStates.Parked;

    private async Task TellAsync(RunRest rest)
    {
        _isTelling = true;
        try
        {
            _seen = _state.Journal.Sequence;
            _now = RunNotices.Of(_state, RunContext.Now);
            (_told, _toldAt, _next) = (KeysOf(_now), rest, null);
            _state.IsTelling = false;
            await context.Calls.TrackAsync(() => TellAsync(new TellPeopleInput(_state.RunId, _state.Repository, _now, rest)));
        }
        finally
        {
            _isTelling = false;
        }
    }

    private async Task TellAsync(TellPeopleInput input)
    {
        var options = context.Short;
        if (input.Rest == RunRest.Ended)
        {
            options.ScheduleToCloseTimeout = Closing;
        }
        var (told, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((INoticeActivities a) => a.TellPeopleAsync(input), options)
        );
        _next = told?.NextAt;
        foreach (var problem in told?.Problems ?? [$"Notices of this run could not be sent: {why}"])
        {
            Warn(problem);
        }
    }

    private void Warn(string problem)
    {
        var brief = PayloadPaging.Brief(problem);
        if (!_state.IsEnding && _warned.Add(brief))
        {
            _state.Run = _state.Run with { Warnings = [.. _state.Run.Warnings, brief] };
            _state.Note(new PeopleNotTold(new Quote(problem)), RunContext.Now);
        }
    }

    private static string KeysOf(IReadOnlyList<RunNotice> notices) => string.Join('\n', notices.Select(notice => notice.Key));
}
