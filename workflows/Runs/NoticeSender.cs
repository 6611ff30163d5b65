namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Sends notices to users when the notices change, and again at the time that the sending activity requests. Runs in the background;
/// undelivered notices become warnings of the run.
/// </summary>
internal sealed class NoticeSender(RunWorkflowComponentContext context)
{
    /// <summary>
    /// Time during which notices are collected. For example, a failed task and the run that can't continue without it become one notice.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(3);

    /// <summary>Time limit for unresponsive channels at the end of a run.</summary>
    private static readonly TimeSpan Closing = TimeSpan.FromMinutes(2);

    private readonly RunWorkflowState _state = context.State;
    private IReadOnlyList<RunNotice> _now = [];
    private long _seen = -1;
    private string _told = "";
    private RunLivenessKindForNotices _toldAt;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private DateTimeOffset? _next;
    private bool _isClosing;
    private bool _isTelling;

    /// <summary>Sends notices until the run ends.</summary>
    public async Task RunAsync()
    {
        while (!_isClosing)
        {
            await Workflow.WaitConditionAsync(() => _isClosing || HasNews() || _next is not null, CancellationToken.None);
            if (!_isClosing && !HasNews() && _next is { } next && next > RunWorkflowComponentContext.Now)
            {
                await TimedConditionWaiter.WaitUntilAsync(
                    () => _isClosing || HasNews(),
                    next - RunWorkflowComponentContext.Now,
                    "Until waiting notices are sent"
                );
            }
            if (!_isClosing && HasNews())
            {
                await TimedConditionWaiter.WaitUntilAsync(
                    () => _isClosing,
                    Gathering,
                    "Until simultaneous events are combined in one notice"
                );
            }
            if (!_isClosing)
            {
                await SendNoticesAsync(Rest);
            }
        }
    }

    /// <summary>
    /// Reports the end of the run, and withdraws all questions. Does not wait for unresponsive channels longer than <see cref="Closing"/>.
    /// </summary>
    public async Task CloseAsync()
    {
        _isClosing = true;
        await Workflow.WaitConditionAsync(() => !_isTelling, CancellationToken.None);
        if (_state.Rules.Notices.Count > 0 && _state.Repository.Queue.Length > 0)
        {
            await SendNoticesAsync(RunLivenessKindForNotices.Ended);
        }
    }

    private RunLivenessKindForNotices Rest => IsStanding(_state) ? RunLivenessKindForNotices.Standing : RunLivenessKindForNotices.None;

    // Recomputed only after a transition, because creating the questions is expensive.
    private bool HasNews()
    {
        if (_seen != _state.Journal.Sequence)
        {
            _seen = _state.Journal.Sequence;
            _now = _state.Repository.Queue.Length > 0 ? RunNoticeBuilder.Of(_state, RunWorkflowComponentContext.Now) : [];
        }
        // A notice that is delayed for a minute is sent immediately if nothing more will happen.
        return _state.IsTelling =
            KeysOf(_now) != _told || (_next is not null && _toldAt == RunLivenessKindForNotices.None && IsStanding(_state));
    }

    private static bool IsStanding(RunWorkflowState state) =>
        state.Run.State is RunStateNames.Escalated or RunStateNames.AwaitingApproval or RunStateNames.AwaitingPromotion
        || (state.Board.AnyAtWork && state.Board.AtWork.All(entry => IsWaiting(entry.Progress.State)));

    private static bool IsWaiting(string state) =>
        state is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval or TaskStateNames.Parked;

    private async Task SendNoticesAsync(RunLivenessKindForNotices rest)
    {
        _isTelling = true;
        try
        {
            _seen = _state.Journal.Sequence;
            _now = RunNoticeBuilder.Of(_state, RunWorkflowComponentContext.Now);
            (_told, _toldAt, _next) = (KeysOf(_now), rest, null);
            _state.IsTelling = false;
            await context.Calls.TrackAsync(() => SendNoticesAsync(new SendNoticesInput(_state.RunId, _state.Repository, _now, rest)));
        }
        finally
        {
            _isTelling = false;
        }
    }

    private async Task SendNoticesAsync(SendNoticesInput input)
    {
        var options = context.Short;
        if (input.Rest == RunLivenessKindForNotices.Ended)
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
        var brief = PayloadSizeLimiter.Shorten(problem);
        if (!_state.IsEnding && _warned.Add(brief))
        {
            _state.Run = _state.Run with { Warnings = [.. _state.Run.Warnings, brief] };
            _state.Note(new NoticesNotSentReason(new VerbatimQuote(problem)), RunWorkflowComponentContext.Now);
        }
    }

    private static string KeysOf(IReadOnlyList<RunNotice> notices) => string.Join('\n', notices.Select(notice => notice.Key));
}
