namespace Orchestrator.Workflows.Runs;

/// <summary>Probes failing accounts and hosts with growing delays, and resumes their tasks when they work again.</summary>
internal sealed class OutageProber(RunWorkflowComponentContext context, TaskWorkflowMessageSender messenger)
{
    /// <summary>Time after which a probe that is still running counts as a success.</summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromMinutes(5);

    /// <summary>Maximum delay between the resumption of two tasks.</summary>
    private static readonly TimeSpan WakeSpread = TimeSpan.FromSeconds(5);

    /// <summary>Time within which all tasks are resumed, regardless of their number.</summary>
    private static readonly TimeSpan WholeSpread = TimeSpan.FromMinutes(2);

    private readonly RunWorkflowState _state = context.State;

    /// <summary>Probes outages until the run ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => _state.Outages.Open.Exists(o => !o.IsProbed), CancellationToken.None);
            foreach (var outage in _state.Outages.Open.Where(o => !o.IsProbed).ToList())
            {
                outage.IsProbed = true;
                context.Background.Begin(ProbeAsync(outage));
            }
        }
    }

    /// <summary>Handles one outage from its first failure to its end.</summary>
    private async Task ProbeAsync(Outage outage)
    {
        if (outage.Until is not null)
        {
            await WaitForLimitAsync(outage);
        }
        else
        {
            await TryUntilItWorksAsync(outage);
        }
        _state.Outages.Open.Remove(outage);
    }

    private async Task WaitForLimitAsync(Outage outage)
    {
        while (!_state.IsCancelled && !outage.IsOver && outage.Until is { } until && until > RunWorkflowComponentContext.Now)
        {
            await TimedConditionWaiter.WaitUntilAsync(
                () => _state.IsCancelled || outage.IsOver || outage.Until > until,
                until - RunWorkflowComponentContext.Now,
                $"Until the limit is over: {_state.Outages.Describe()}"
            );
        }
    }

    private async Task TryUntilItWorksAsync(Outage outage)
    {
        bool IsOver() => outage.IsOver || _state.IsCancelled;
        while (!IsOver())
        {
            var failures = outage.Failures;
            await TimedConditionWaiter.WaitUntilAsync(
                () => IsOver() || outage.Tries.Count > 0,
                outage.Pause,
                $"Until the next attempt: {_state.Outages.Describe()}"
            );
            if (IsOver() || (outage.Tries.Count == 0 && !await TryOnceAsync(outage)))
            {
                break;
            }
            var ended = await TimedConditionWaiter.WaitUntilAsync(
                () => IsOver() || outage.Failures != failures,
                TrialTime,
                $"Until a probe counts as successful: {_state.Outages.Describe()}"
            );
            if (
                !ended
                && outage.Tries.Any(id => outage.Name.Length == 0 || _state.Board.Find(id).Progress.State == TaskStateNames.Executing)
            )
            {
                break;
            }
            outage.Tries.Clear();
            outage.PauseLonger();
        }
        var waiting = _state.IsCancelled ? [] : Waiting(outage);
        var spread = waiting.Count * WakeSpread <= WholeSpread ? WakeSpread : WholeSpread / waiting.Count;
        foreach (var entry in waiting)
        {
            await TimedConditionWaiter.PauseAsync(
                spread * Workflow.Random.NextDouble(),
                $"Until {entry.Id} continues, staggered with other tasks"
            );
            await messenger.SendAsync(entry.Id, t => t.GoOnAsync("", null));
        }
    }

    /// <summary>Lets one task resume or start as a probe. Returns false if no affected task remains.</summary>
    private async Task<bool> TryOnceAsync(Outage outage)
    {
        if (Waiting(outage).FirstOrDefault() is { } parked)
        {
            _state.Outages.RecordProbe(parked.Outline);
            await messenger.SendAsync(parked.Id, t => t.GoOnAsync("", null));
            return true;
        }
        if (!_state.Board.Entries.Any(e => AccountAndHostOutageTracker.AffectsTask(outage, e.Outline) && !e.HasEnded))
        {
            return false;
        }
        outage.MayStartOne = true;
        await TimedConditionWaiter.WaitUntilAsync(
            () => outage.Tries.Count > 0 || _state.IsCancelled,
            AccountAndHostOutageTracker.LongestPause,
            "Until a task probes it"
        );
        return true;
    }

    private List<PlanTaskWithProgress> Waiting(Outage outage) =>
        [
            .. _state
                .Board.In(TaskStateNames.Parked)
                .Where(e =>
                    e is { AtWork: true, Progress.Asks: not ApprovalKinds.Question }
                    && AccountAndHostOutageTracker.AffectsTask(outage, e.Outline)
                ),
        ];
}
