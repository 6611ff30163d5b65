namespace Orchestrator.Workflows.Runs;

/// <summary>Last stage of a run. Stops tasks, releases leases and writes the report.</summary>
internal sealed class RunEndStageExecutor(
    RunWorkflowComponentContext context,
    TaskWorkflowMessageSender messenger,
    MergeQueueClient merging,
    LeaseUpdateSender leases,
    RunPlanningStageExecutor planning,
    RunRecorder recorder,
    RunAfterWorkflowResetRecoverer recovery,
    NoticeSender notices
)
{
    /// <summary>
    /// Maximum time for which an ending run waits for its tasks to release their worktrees. A task that can't release its worktree, for
    /// example because the disk is full, keeps trying after the run has ended.
    /// </summary>
    private static readonly TimeSpan ChildrenCloseWithin = TimeSpan.FromMinutes(1);

    private readonly RunWorkflowState _state = context.State;

    /// <summary>Ends a run that was canceled or rejected, or that can't succeed.</summary>
    public async Task<RunResult> EndEarlyAsync(string state, Reason why)
    {
        _state.IsEnding = true;
        if (state == RunStateNames.Cancelled && Workflow.CancellationToken.IsCancellationRequested)
        {
            // A cancellation request from a Temporal client ends the run like the command, so it has the same result. The user is not known
            // here.
            _state.Note(new CanceledByUserReason(_state.CancelledBy), RunWorkflowComponentContext.Now);
        }
        if (_state.Run.State is RunStateNames.Escalated or RunStateNames.AwaitingPromotion or RunStateNames.AwaitingApproval)
        {
            context.TransitionTo(RunStateNames.Executing, new RunIsEndingReason(why));
        }
        why = await recovery.StopEarlierWorkAsync(why);
        await StopAllAsync();
        if (state == RunStateNames.Cancelled && _state.Run.Staging.Length > 0)
        {
            var abort = new RetainRunWorkInput(_state.RunId, _state.Repository, _state.Run.Staging);

            // Damaged files of the run can prevent a step at its end. The run ends anyway, and reports the failure.
            var (said, failed) = await FailureCause.TryAsync(
                Workflow.ExecuteActivityAsync((IRunActivities a) => a.AbortAsync(abort), context.Short)
            );
            said ??= failed;
            why = said.Length > 0 ? new CompositeReason(why, new RunWorkRetainedReason(new VerbatimQuote(said))) : why;
        }
        return await FinishAsync(state, why);
    }

    /// <summary>Stops the merge queue and all running tasks, and waits until they have stopped.</summary>
    private async Task StopAllAsync()
    {
        _state.IsDraining = false;
        await messenger.CancelAllAsync();
        merging.Close();
        await Workflow.WaitConditionAsync(
            () => merging.IsClosed && !_state.Board.AnyAtWork && !_state.IsLandingMerged,
            CancellationToken.None
        );
    }

    /// <summary>Ends a run whose tasks have all stopped.</summary>
    public async Task<RunResult> FinishAsync(string state, Reason? why)
    {
        _state.IsEnding = true;
        // The run has ended, so no activity is retried any more.
        _state.Run = _state.Run with
        {
            Failing = [],
        };
        var ending = _state.Snapshot(0, 0) with { State = state, Why = why };
        var report = "";
        try
        {
            report = _state.Repository.Queue.Length > 0 ? await ReleaseResourcesAsync(ending) : "";
        }
        catch (ActivityFailureException failure)
        {
            var unrecorded = new RunEndNotRecordedReason(new VerbatimQuote(FailureCause.Of(failure)));
            why = why is null ? unrecorded : new CompositeReason(why, unrecorded);
        }
        context.TransitionTo(state, why);
        await recorder.CloseAsync();
        await notices.CloseAsync();
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
        if (state == RunStateNames.Failed)
        {
            throw new ApplicationFailureException(StatusReasonFormatter.Of(why), "RunFailed", nonRetryable: true);
        }
        var last = _state.Snapshot(0, 0);
        return new RunResult
        {
            State = state,
            Why = why,
            LandedCommit = last.LandedCommit,
            AgentStarts = last.AgentStarts,
            Report = report,
        };
    }

    /// <summary>Releases the run's resources and writes its report.</summary>
    /// <returns>Path of the report, relative to the repository.</returns>
    private async Task<string> ReleaseResourcesAsync(RunStatus ending)
    {
        await leases.SendLeaveAsync();
        await recorder.RecordAllAsync();
        if (_state.Input.NeedsPlanner && !_state.PlanningEnded)
        {
            await planning.EndPlanningAsync();
        }
        merging.Close();
        bool AllClosed() => merging.IsClosed && _state.Board.Entries.All(e => e.Closed.IsCompleted);
        if (!AllClosed())
        {
            await TimedConditionWaiter.WaitUntilAsync(
                AllClosed,
                ChildrenCloseWithin,
                "Until the run ends without waiting for its tasks and its merge queue"
            );
        }
        var finish = new FinishRunInput(_state.Repository, ending, _state.Plan.Hash);
        return await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FinishAsync(finish), context.Short);
    }
}
