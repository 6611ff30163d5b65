namespace Orchestrator.Workflows.Runs;

/// <summary>Successful landing of a run.</summary>
/// <param name="Why">Final reason of the run, or null if the target already contained its work.</param>
internal sealed record LandedRun(RunLandedReason? Why);

/// <summary>
/// Lands the staging branch on the target when all work is merged, or earlier if a user or the settings require that merged work land.
/// </summary>
internal sealed class RunLandingStageExecutor(
    RunWorkflowComponentContext context,
    RunAfterWorkflowResetRecoverer recovery,
    RunEscalationHandler escalation
)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Lands the staging branch on the target.</summary>
    /// <returns>The landing. Null if some task is not merged, either after a reset or because of a user's decision.</returns>
    public async Task<LandedRun?> RunAsync()
    {
        context.TransitionTo(RunStateNames.Integrating, new RunReadyToLandReason(_state.Run.Review));
        for (var isAskedFor = false; ; )
        {
            context.ThrowIfCancelled();
            await recovery.AdoptStateAsync();
            if (!_state.Board.AllMerged)
            {
                return null;
            }
            context.TransitionTo(RunStateNames.Landing);
            var result = await LandAsync(isAskedFor, isPart: false);
            if (result.Landed)
            {
                return new LandedRun(result.Branch.Length == 0 ? null : new RunLandedReason(new VerbatimQuote(result.Message)));
            }
            if (await WaitForPersonAsync(result) is not { } promoted)
            {
                return null;
            }
            isAskedFor = promoted;
        }
    }

    /// <summary>
    /// Waits until a user decides about a refused landing. An approval within the time limit applies only to this landing. A later approval
    /// starts another attempt, which may again need an approval.
    /// </summary>
    /// <param name="result">Result of the refused landing.</param>
    /// <returns>True if the landing is approved. Null if a user decided otherwise, or the run can no longer land.</returns>
    private async Task<bool?> WaitForPersonAsync(LandResult result)
    {
        _state.PromoteAsked = false;
        var deadline = RunWorkflowComponentContext.Now + _state.Rules.ApprovalTimeout;
        var refusal = NotLandedFor(result);
        context.TransitionTo(RunStateNames.AwaitingPromotion, refusal, result.Evidence);
        try
        {
            while (true)
            {
                await (
                    _state.IsPromotionOverdue
                        ? context.WaitAsync(IsAnswered)
                        : context.WaitAsync(IsAnswered, TimeUntil(deadline), $"Until a missing answer counts as no: {refusal}")
                );
                if (_state.IsCancelled || context.Resets.WasReset || _state.PromoteAsked)
                {
                    return !_state.IsPromotionOverdue && _state.PromoteAsked;
                }
                if (!_state.Board.AllMerged)
                {
                    return null;
                }
                var stall = new StallReason(refusal, result.Evidence);
                if (_state.Resolution is not null)
                {
                    if (await escalation.ResolveAsync(stall) is not { } refused)
                    {
                        return null;
                    }
                    stall = refused with
                    {
                        Why = refused.Why is null ? refusal : new EscalationResolutionRefusedReason(refused.Why, refusal),
                    };
                }
                Stand(stall, isOverdue: RunWorkflowComponentContext.Now >= deadline);
            }
        }
        finally
        {
            _state.IsPromotionOverdue = false;
        }

        bool IsAnswered() => _state.PromoteAsked || _state.Resolution is not null || !_state.Board.AllMerged;
    }

    // Timers have a minimum length.
    private static TimeSpan TimeUntil(DateTimeOffset deadline) =>
        deadline - RunWorkflowComponentContext.Now is var left && left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);

    private void Stand(StallReason stall, bool isOverdue)
    {
        _state.IsPromotionOverdue = isOverdue;
        context.TransitionTo(
            isOverdue ? RunStateNames.Escalated : RunStateNames.AwaitingPromotion,
            isOverdue && stall.Why is { } why ? new RunNotPromotedInTimeReason(why) : stall.Why,
            stall.Evidence
        );
    }

    /// <summary>Lands the merged work at a user's request, while other tasks of the run need attention.</summary>
    public Task<LandResult> LandMergedAsync()
    {
        context.TransitionTo(RunStateNames.Landing, new PartialLandingStartedReason());
        return LandAsync(isAskedFor: true, isPart: true);
    }

    /// <summary>Lands the merged work before the run waits for a user, if the settings require it.</summary>
    public Task<LandResult> LandBeforeWaitAsync()
    {
        context.TransitionTo(RunStateNames.Landing);
        return LandAsync(isAskedFor: false, isPart: true);
    }

    /// <summary>Lands the merged work while other tasks continue.</summary>
    /// <param name="isAskedFor">True if a user requested it.</param>
    public Task<LandResult> LandBesideAsync(bool isAskedFor) => LandNowAsync(isAskedFor, isPart: true);

    /// <summary>Merges new commits from the target into the staging branch, if the gates pass on the result.</summary>
    public Task<LandResult> MergeTargetAsync() => LandNowAsync(isAskedFor: false, isPart: true, onlyTakesIn: true);

    /// <summary>Creates the reason, shown to users, why nothing has landed.</summary>
    public static RunNotLandedReason NotLandedFor(LandResult result) =>
        new(new VerbatimQuote(result.Message)) { LosesWork = result.LosesWork, Branch = result.RenamedTo };

    private async Task<LandResult> LandAsync(bool isAskedFor, bool isPart)
    {
        // A task that was lost may have requested a merge, and only one writer may move staging.
        await context.WaitAsync(() => _state.Train.Waiting.Count == 0);
        context.ThrowIfCancelled();
        return await LandNowAsync(isAskedFor, isPart);
    }

    private async Task<LandResult> LandNowAsync(bool isAskedFor, bool isPart, bool onlyTakesIn = false)
    {
        var run = _state.Run;
        var land = new LandInput(_state.RunId, _state.Repository, _state.Plan.Hash, run.Target, run.Staging, run.BaseCommit)
        {
            StagingTip = _state.StagingTip,
            IsAskedFor = isAskedFor,
            IsPart = isPart,
            OnlyTakesIn = onlyTakesIn,
            Without =
            [
                .. _state.Board.Entries.Where(e => _state.IsOfPlan(e) && !TaskStateNames.IsOnStaging(e.Progress.State)).Select(e => e.Id),
            ],
        };
        var (result, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IRunActivities a) => a.LandAsync(land), context.Long)
        );
        result ??= new LandResult { Message = why };
        _state.Plan = result.PlanHash.Length > 0 ? _state.Plan with { Hash = result.PlanHash } : _state.Plan;
        if (result.StagingTip.Length > 0)
        {
            _state.StagingTip = result.StagingTip;
        }
        if (result.Landed)
        {
            _state.Run = _state.Run with
            {
                LandedCommit = result.Commit,
                LandedOn = result.Branch.Length == 0 ? run.Target : result.Branch,
            };
            _state.Journal.Note(
                task: null,
                RunStateNames.Landing,
                new RunLandedReason(new VerbatimQuote(result.Message)),
                RunWorkflowComponentContext.Now,
                result.Evidence
            );
            foreach (var entry in isPart ? _state.Board.Unlanded.ToList() : [])
            {
                _state.Board.Landed(entry);
            }
        }
        return result;
    }
}
