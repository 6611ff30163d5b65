namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Replaces a run's unsuccessful tasks with tasks from a new plan, after an approval if one is needed. The planner is itself a task of the
/// run, and receives the merged work and the unsuccessful tasks.
/// </summary>
internal sealed class RunReplanningStageExecutor(RunWorkflowComponentContext context, RunRecorder recorder, PlanApprovalWaiter approval)
{
    private readonly RunWorkflowState _state = context.State;

    private static DateTimeOffset Now => RunWorkflowComponentContext.Now;

    /// <summary>Starts the planner that plans replacements for the unsuccessful tasks.</summary>
    /// <param name="resolution">User's resolution that requests the replanning.</param>
    /// <param name="stand">Reason why the run is stalled.</param>
    /// <returns>Reason why the planner can't start, or null if it is about to start.</returns>
    public async Task<StallReason?> BeginAsync(EscalationResolution resolution, StallReason stand)
    {
        var round = (_state.Run.Replan?.Round ?? 0) + 1;
        IReadOnlyList<string> replaces = [.. Unfinished().Select(e => e.Id)];
        context.TransitionTo(RunStateNames.Planning, new ReplanRequestedReason(resolution.By.WithoutWords));

        // The planner's prompt is created from the recorded transitions.
        await recorder.RecordAllAsync();
        var begin = new PrepareReplanInput
        {
            RunId = _state.RunId,
            Repository = _state.Repository,
            PlanHash = _state.Plan.Hash,
            Replan = round,
            StagingTip = _state.StagingTip,
            Why = StatusReasonFormatter.Of(stand.Why),
            Evidence = stand.Evidence,
            Guidance = resolution.Command.Reason,
            Replaces = replaces,
        };
        var (begun, why) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.BeginReplanAsync(begin), context.Short)
        );
        begun ??= new PlanningPreparationResult { Faults = [why] };
        if (begun.Faults.Count > 0)
        {
            var refusal = new NewPlanNotMadeReason(new PlanInvalidReason(VerbatimQuote.All(begun.Faults)));
            resolution.Refuse(refusal.ToString());
            return new StallReason(refusal);
        }
        _state.Plan = _state.Plan with { PlanningHash = begun.PlanningHash };
        _state.Run = _state.Run with
        {
            Replan = new RunReplanStatus
            {
                Round = round,
                State = ReplanStateNames.Asked,
                By = resolution.Who,
                Replaces = replaces,
            },
        };
        _state.Note(new ReplanRequestedReason(resolution.By), Now, resolution.Who);
        PutOnBoard();
        resolution.Accept(
            $"{begun.Agent} makes another plan{(replaces.Count > 0 ? $" to replace {string.Join(", ", replaces.Take(10))}" : "")}."
        );
        return null;
    }

    /// <summary>Handles the planner's answer, and adds its tasks if they are approved.</summary>
    /// <returns>Reason why the answer is not used. Null if there is no answer, or if its tasks were added.</returns>
    public async Task<StallReason?> ConcludeAsync()
    {
        if (
            _state.Run.Replan is not { State: ReplanStateNames.Asked } replan
            || _state.Board.TryFind(ReplanTaskDefinition.Id) is not { HasEnded: true } entry
        )
        {
            return null;
        }
        if (entry.Progress.State != TaskStateNames.Planned)
        {
            var why = new NewPlanNotMadeReason(entry.Progress.Why);
            _state.Board.ExcludeTask(entry, why, Now);
            return Drop(replan, why);
        }
        var conclude = new ConcludeReplanInput(_state.RunId, _state.Repository, _state.Plan.Hash, replan.Round)
        {
            SaidHash = entry.Progress.SaidHash ?? "",
        };
        var (made, unreadable) = await FailureCause.TryAsync(
            Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.ConcludeReplanAsync(conclude), context.Short)
        );
        if (made is null)
        {
            return Drop(replan, new NewPlanNotAdoptedReason(new ActivityFailedPermanentlyReason(new VerbatimQuote(unreadable))));
        }
        _state.PlanAnswer = null;
        if (await approval.AskAsync(ApprovalCommandHandler.ReasonToAsk(_state, made)) is { } refused)
        {
            return Drop(replan, new NewPlanNotAdoptedReason(refused));
        }
        _state.Plan = _state.Plan with { Hash = made.PlanHash, TaskCount = _state.Plan.TaskCount + made.Tasks.Count };
        replan = replan with { State = ReplanStateNames.Planned, Tasks = [.. made.Tasks.Select(t => t.Id)] };
        _state.Run = _state.Run with { Replan = replan };
        _state.Note(new NewPlanMadeReason(replan), Now);
        Supersede(replan);
        _state.Board.Add(made.Tasks, Now);
        AskReviewerAgain();
        return null;
    }

    private StallReason Drop(RunReplanStatus replan, Reason why)
    {
        _state.Run = _state.Run with { Replan = replan with { State = ReplanStateNames.Dropped } };
        return new StallReason(why);
    }

    /// <summary>Returns the tasks of the plan that did not succeed, preceded by the tasks that were skipped because of them.</summary>
    private IEnumerable<PlanTaskWithProgress> Unfinished() =>
        _state.Board.In(TaskStateNames.Skipped).Concat(ReadyTaskSelector.EndedBadly(_state.Board)).Where(_state.IsOfPlan);

    private void Supersede(RunReplanStatus replan)
    {
        foreach (var entry in Unfinished().Where(e => replan.Replaces.Contains(e.Id)).ToList())
        {
            entry.State = entry.State with { LeftOut = false };
            _state.Board.CountAsDone(entry, TaskStateNames.Superseded, new TaskReplacedReason(DecidingUser.Of(replan.By)), Now);
        }
    }

    private void PutOnBoard()
    {
        if (_state.Board.TryFind(ReplanTaskDefinition.Id) is not { } entry)
        {
            _state.Board.Add([ReplanTaskDefinition.Of(_state.Rules)], Now);
        }
        else if (TaskStateNames.IsDone(entry.Progress.State))
        {
            _state.Board.AskAgain(entry, new ReplanRequestedReason(), Now);
        }
        else
        {
            _state.Board.Retry(entry, "", Now);
        }
    }

    /// <summary>
    /// Leaves it to the new tasks to resolve the reviewer's findings. The reviewer reviews the change again when these tasks are done.
    /// </summary>
    private void AskReviewerAgain()
    {
        if (_state.Board.TryFind(ReviewTaskDefinition.Id) is not { } entry || _state.Run.Review is not { } review)
        {
            return;
        }
        _state.Run = _state.Run with
        {
            Review = review with
            {
                Verdict = ReviewStateNames.Findings,
                Commit = review.Verdict == ReviewStateNames.Asked ? "" : review.Commit,
            },
        };
        if (!TaskStateNames.IsDone(entry.Progress.State))
        {
            _state.Board.CountAsDone(entry, TaskStateNames.Findings, new FindingsLeftToNewPlanReason(), Now);
        }
    }
}
