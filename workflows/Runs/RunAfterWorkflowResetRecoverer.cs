namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Recovers a run after a workflow reset, when its history is behind the actual state. For example, tasks of the replaced execution may
/// still run or have landed, and the record contains later events. The recovery therefore first reads the state from the Temporal server,
/// git and the record.
/// </summary>
internal sealed class RunAfterWorkflowResetRecoverer(
    RunWorkflowComponentContext context,
    TaskWorkflowMessageSender messenger,
    TaskWorkflowAdopter takeOver,
    LeaseUpdateSender leases
)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Continues the event numbers of the record, because events with smaller numbers would be ignored as old.</summary>
    public async Task FollowRecordAsync()
    {
        while (context.Resets.RecordIsOfAnother)
        {
            var reset = Workflow.Random;
            var earlier = await FindEarlierAsync("", 0);
            if (!context.Resets.Follow(reset))
            {
                return;
            }
            _state.Journal.Follow(earlier.LastSequence, _state.Board.Entries.Count);
            _state.Note(new RunWorkflowResetReason(), RunWorkflowComponentContext.Now);
        }
    }

    /// <summary>Adopts the state that the replaced execution left, before anything is started.</summary>
    public async Task AdoptStateAsync()
    {
        while (context.Resets.WasReset)
        {
            var reset = Workflow.Random;
            HashSet<string> found;
            try
            {
                found = await AdoptTasksAsync();
            }
            finally
            {
                context.Resets.RecordRecovered(reset);
            }
            foreach (var entry in _state.Board.AtWork.Where(e => e.ExecutionId.Length > 0 && !found.Contains(e.Id)).ToList())
            {
                await HandleEndedTaskAsync(entry);
            }
            await JoinLeasesAnewAsync();
        }
    }

    /// <summary>
    /// Stops the work of an earlier execution if the run is about to end, after a reset or because of an unreadable checkpoint. Returns the
    /// reason for the end, including the recovery's own failure if it failed.
    /// </summary>
    public async Task<Reason> StopEarlierWorkAsync(Reason why)
    {
        if (_state.Plan.Hash.Length == 0 || (!context.Resets.WasReset && _state.Board.IsFilled))
        {
            return why;
        }
        try
        {
            if (context.Resets.WasReset)
            {
                await AdoptStateAsync();
            }
            else
            {
                await AdoptTasksAsync();
            }
            return why;
        }
        catch (RunEndedException impossible)
        {
            return new CompositeReason(why, impossible.Why);
        }
        catch (ActivityFailureException failure)
        {
            return new CompositeReason(why, new EarlierWorkNotFoundReason(new VerbatimQuote(FailureCause.Of(failure))));
        }
    }

    /// <summary>
    /// Adopts open task workflows and merged work of the replaced execution. Returns the ids of the tasks whose workflows were adopted.
    /// </summary>
    private async Task<HashSet<string>> AdoptTasksAsync()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        EarlierWorkSearchResultPage page;
        var read = 0;
        do
        {
            var tip = _state.StagingTip;
            page = await FindEarlierAsync(_state.Plan.Hash, read);

            // A merge reported in the meantime is newer.
            if (page.StagingTip.Length > 0 && _state.StagingTip == tip)
            {
                _state.StagingTip = page.StagingTip;
            }
            if (page.StagingLost && _state.Board.Entries.Any(e => e.Progress.MergeCommit.Length > 0))
            {
                throw new RunEndedException(RunStateNames.Failed, new StagingBranchLostReason(_state.Run.Target));
            }
            if (page.StagingMade.Length > 0)
            {
                _state.Note(new StagingBranchRecreatedReason(new VerbatimQuote(page.StagingMade)), RunWorkflowComponentContext.Now);
            }
            foreach (var task in page.Tasks)
            {
                if (await AdoptTaskAsync(task))
                {
                    found.Add(task.Progress.Id);
                }
            }
            read += page.Tasks.Count;
        } while (page.Tasks.Count > 0 && read < page.TaskCount);
        // The recovery has closed the merge queue of the replaced execution, so the position of staging is final. Another merge queue
        // continues from there.
        _state.Train.RecordQueueEnded(_state.Train.ExecutionId);
        return found;
    }

    private async Task<bool> AdoptTaskAsync(TaskReport task)
    {
        var (found, isOpen) = (task.Progress, task.ExecutionId.Length > 0);
        if (_state.Board.TryFind(found.Id) is not { } entry)
        {
            if (isOpen)
            {
                await takeOver.EndUnknownAsync(task);
            }
            return false;
        }
        entry.Progress = entry.Progress with { LastStart = Math.Max(entry.Progress.LastStart, found.LastStart) };
        if (!isOpen)
        {
            entry.Closed = Task.CompletedTask;
        }
        else if (!TaskStateNames.IsEnd(found.State))
        {
            if (task.PlanHash == _state.PlanHashOf(entry) && IsAskedFor(entry))
            {
                takeOver.AdoptWorkflow(entry, task);
                return true;
            }
            await takeOver.EndStrangerAsync(entry, task);
        }
        if (found.MergeCommit.Length > 0)
        {
            CountAsMerged(entry, found.MergeCommit);
        }
        else if (!entry.AtWork && !entry.HasEnded && found.Attempt > entry.Progress.Attempt)
        {
            entry.State = entry.State with { Progress = entry.Progress with { Attempt = found.Attempt }, MayReuse = true };
        }
        return false;
    }

    /// <summary>
    /// True if this execution has requested the review round or plan that the task's workflow produces. Results for another execution can't
    /// be used, but the answers remain in the run's folder.
    /// </summary>
    private bool IsAskedFor(PlanTaskWithProgress entry) =>
        entry.Id switch
        {
            ReviewTaskDefinition.Id => _state.Run.Review is { Verdict: ReviewStateNames.Asked },
            ReplanTaskDefinition.Id => _state.IsReplanning,
            _ => true,
        };

    private void CountAsMerged(PlanTaskWithProgress entry, string commit)
    {
        if (TaskStateNames.IsDone(entry.Progress.State))
        {
            return;
        }
        entry.Progress = entry.Progress with { MergeCommit = commit, Paused = false };
        _state.Board.CountAsDone(entry, TaskStateNames.Merged, new TaskMergedBeforeRunResetReason(), RunWorkflowComponentContext.Now);
    }

    /// <summary>Handles a task whose workflow closed while no execution of the run could receive its report.</summary>
    private async Task HandleEndedTaskAsync(PlanTaskWithProgress entry)
    {
        var report = await messenger.ReadAsync(entry);
        if (!entry.AtWork)
        {
            return;
        }

        // The workflow has closed or is about to close. It may have reported its end to an execution that was itself closed.
        entry.Closed = Task.CompletedTask;
        if (report is null || !TaskStateNames.IsEnd(report.Progress.State))
        {
            _state.Board.BeginAnew(entry, RunWorkflowComponentContext.Now);
        }
        else
        {
            takeOver.AdoptWorkflow(entry, report);
        }
    }

    private async Task JoinLeasesAnewAsync()
    {
        if (!_state.Leases.Joined)
        {
            return;
        }
        await leases.JoinAsync();
        if (_state.Leases.Shared is true)
        {
            _state.Leases.DeclareLeasesOfRunningTasks(_state.Board, RunWorkflowComponentContext.Now);
        }
    }

    private Task<EarlierWorkSearchResultPage> FindEarlierAsync(string planHash, int offset)
    {
        var find = new FindEarlierWorkInput(_state.RunId, _state.Repository, planHash, offset);
        return context.RetryUntilPossibleAsync(() =>
            Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEarlierWorkAsync(find), context.Short)
        );
    }
}
