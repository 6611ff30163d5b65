namespace Orchestrator.Workflows.Runs;

/// <summary>Reason why a stalled run is waiting for a user, with its evidence.</summary>
/// <param name="Why">Reason for the wait, or null if there is nothing new to report.</param>
/// <param name="Evidence">File with the evidence, relative to the repository; empty if there is none.</param>
internal sealed record StallReason(Reason? Why = null, string Evidence = "");

/// <summary>
/// Keeps a stalled run open without a time limit. The wait needs no running process, because the Temporal server stores the history. A user
/// retries or skips tasks (<see cref="SteeringCommandHandler"/>), or decides how the run as a whole continues.
/// </summary>
internal sealed class RunEscalationHandler(RunWorkflowComponentContext context, RunReplanningStageExecutor replanning)
{
    private readonly RunWorkflowState _state = context.State;

    private static DateTimeOffset Now => RunWorkflowComponentContext.Now;

    /// <summary>Waits until the run can make progress again.</summary>
    /// <param name="landing">Lands merged work, if a user requests it or the settings say so.</param>
    /// <param name="stall">Result of the last attempt to continue.</param>
    public async Task WaitForPersonAsync(RunLandingStageExecutor landing, StallReason stall)
    {
        while (ReadyTaskSelector.NothingCanMove(_state) && !_state.Board.AllMerged && !context.Resets.WasReset)
        {
            if (PartialLandingExecutor.MustLandBeforeWait(_state))
            {
                var merged = _state.Board.Unlanded.Count();
                var result = await landing.LandBeforeWaitAsync();
                _state.Parts = new PartialLandingRecord(Now, Now, result.Landed ? 0 : merged);
                stall = After(result);
                continue;
            }
            var deadlock = ReadyTaskSelector.Deadlock(_state);
            context.TransitionTo(RunStateNames.Escalated, deadlock with { Then = stall.Why }, stall.Evidence);
            await context.WaitAsync(() =>
                _state.LandMergedAsked
                || _state.Resolution is not null
                || !ReadyTaskSelector.NothingCanMove(_state)
                || !ReadyTaskSelector.Deadlock(_state).Tasks.SequenceEqual(deadlock.Tasks)
            );
            context.ThrowIfCancelled();
            if (_state.LandMergedAsked)
            {
                stall = After(await landing.LandMergedAsync());
                _state.LandMergedAsked = false;
            }
            if (_state.Resolution is not null)
            {
                stall = await ResolveAsync(new StallReason(_state.Run.Why, stall.Evidence)) ?? new StallReason();
            }
        }
    }

    private static StallReason After(LandResult landing) =>
        new(
            landing.Landed ? new RunLandedReason(new VerbatimQuote(landing.Message)) : RunLandingStageExecutor.NotLandedFor(landing),
            landing.Evidence
        );

    /// <summary>Carries out a user's resolution of the escalation.</summary>
    /// <param name="stand">Reason why the run was stalled.</param>
    /// <returns>Reason why the run is still stalled, or null if it continues.</returns>
    public async Task<StallReason?> ResolveAsync(StallReason stand)
    {
        var resolution = _state.Resolution!;
        try
        {
            return resolution.Command.Way switch
            {
                EscalationResolutionKinds.Abort => throw Abort(resolution),
                EscalationResolutionKinds.Replan => await replanning.BeginAsync(resolution, stand),
                _ => await AcceptManualFixAsync(resolution),
            };
        }
        finally
        {
            resolution.Refuse($"{_state.RunId} is ending.");
            _state.Resolution = null;
        }
    }

    private RunEndedException Abort(EscalationResolution resolution)
    {
        _state.Note(new RunAbortRequestedReason(resolution.By), Now, resolution.Who);
        resolution.Accept("The run ends; merged work is kept.");
        return new RunEndedException(RunStateNames.Cancelled, new RunAbortedReason(resolution.By) { HasUnlanded = _state.HasUnlanded });
    }

    private async Task<StallReason?> AcceptManualFixAsync(EscalationResolution resolution)
    {
        var run = _state.Run;
        context.TransitionTo(RunStateNames.Integrating, new InspectingUserCommitsReason(resolution.By.WithoutWords, run.Staging));
        var fix = new FindManualFixInput(_state.RunId, _state.Repository, _state.Plan.Hash, run.Staging, run.BaseCommit, _state.StagingTip);
        var (look, unreadable) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IRunActivities a) => a.LookAtFixAsync(fix), context.Short)
        );
        look ??= new ManualFixCommits { Refusal = unreadable };
        if (look.Refusal.Length > 0)
        {
            resolution.Refuse(look.Refusal);
            return new StallReason(new UserCommitsRejectedReason(new VerbatimQuote(look.Refusal)));
        }
        var commits = new UserCommitSummary(look.Commits, run.Staging, new VerbatimQuote(look.Summary));
        resolution.Accept($"{commits}: the gates of the whole run now check them; 'orchestrate status {_state.RunId}' shows the result.");
        context.TransitionTo(RunStateNames.Integrating, new VerifyingUserCommitsReason(resolution.By.WithoutWords, commits));
        var mended = ResolvedTasks(resolution.Command).ToList();
        var verify = new VerifyFixInput(fix, look.Commit)
        {
            Without = [.. _state.Board.Entries.Where(e => _state.IsOfPlan(e) && !IsThere(e) && !mended.Contains(e)).Select(e => e.Id)],
        };
        (var verdict, unreadable) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IRunActivities a) => a.VerifyFixAsync(verify), context.Long)
        );
        verdict ??= new ManualFixVerdict { Refusal = unreadable };
        if (verdict.Refusal.Length > 0)
        {
            return new StallReason(new UserCommitsRejectedReason(new VerbatimQuote(verdict.Refusal)), verdict.Evidence);
        }
        _state.StagingTip = verdict.Commit;
        var why = new TaskResolvedByUserReason(resolution.By, commits, verdict.Gates);
        _state.Note(why, Now, resolution.Who);
        foreach (var entry in mended.Where(e => e.HasEnded && !TaskStateNames.IsDone(e.Progress.State)))
        {
            ResolveTask(entry, verdict, why);
        }
        RequestReviewIfChanged();
        return null;
    }

    /// <summary>
    /// Returns the tasks that count as resolved by a user's commits, which are the unsuccessful tasks that the command names, or all of
    /// them.
    /// </summary>
    private IEnumerable<PlanTaskWithProgress> ResolvedTasks(ResolveEscalationArguments command) =>
        ReadyTaskSelector.EndedBadly(_state.Board).Where(e => command.Tasks is not { Count: > 0 } named || named.Contains(e.Id));

    private static bool IsThere(PlanTaskWithProgress entry) => TaskStateNames.IsOnStaging(entry.Progress.State);

    private void ResolveTask(PlanTaskWithProgress entry, ManualFixVerdict verdict, TaskResolvedByUserReason why)
    {
        if (entry.Id == ReviewTaskDefinition.Id)
        {
            _state.Board.Retry(entry, "", Now, why.By.WithoutWords);
            return;
        }
        entry.State = entry.State with
        {
            LeftOut = false,
            Progress = entry.Progress with { MergeCommit = verdict.Commit, Gates = verdict.Gates, Paused = false },
        };
        _state.Board.CountAsDone(entry, TaskStateNames.Resolved, why, Now, why.By.Who);
    }

    /// <summary>Requests another review if the staging branch has moved since the last review.</summary>
    private void RequestReviewIfChanged()
    {
        if (
            _state.Board.TryFind(ReviewTaskDefinition.Id) is { } review
            && TaskStateNames.IsReviewEnd(review.Progress.State)
            && _state.Run.Review is { } last
            && last.Commit != _state.StagingTip
        )
        {
            _state.Board.AskAgain(review, new NewReviewForUserCommitsReason(), Now);
        }
    }
}
