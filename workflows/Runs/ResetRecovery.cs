namespace Orchestrator.Workflows.Runs;

/// <summary>Going on after a reset. The history ends at an earlier moment then than the world: tasks of the execution that was reset go on,
/// others are merged or landed, and the record tells of what this execution has not lived through. So it asks the engine, git and the
/// record first, and takes over what it finds.</summary>
internal sealed class ResetRecovery(RunContext context, TaskMessenger messenger, TaskTakeOver takeOver, LeaseTeller leases)
{
    private readonly RunState _state = context.State;

    /// <summary>Numbers what happens from here on behind what the record has, else it would be taken for old.</summary>
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
            _state.Note("begun anew by a reset", RunContext.Now);
        }
    }

    /// <summary>Takes up what the execution before has left, before anything is begun.</summary>
    public async Task TakeUpAsync()
    {
        while (context.Resets.WasReset)
        {
            var reset = Workflow.Random;
            HashSet<string> found;
            try
            {
                found = await TakeUpTasksAsync();
            }
            finally
            {
                context.Resets.TakenUp(reset);
            }
            foreach (var entry in _state.Board.AtWork.Where(e => e.ExecutionId.Length > 0 && !found.Contains(e.Id)).ToList())
            {
                await HearOfEndAsync(entry);
            }
            await JoinLeasesAnewAsync();
        }
    }

    /// <summary>A run that is to end stops what the execution before has left, too. Why it ends, with why that could not be
    /// found.</summary>
    public async Task<string> TakeUpToEndAsync(string reason)
    {
        if (!context.Resets.WasReset || _state.Plan.Hash.Length == 0)
        {
            return reason;
        }
        try
        {
            await TakeUpAsync();
            return reason;
        }
        catch (RunEndedException impossible)
        {
            return $"{reason}; {impossible.Reason}";
        }
        catch (ActivityFailureException failure)
        {
            return $"{reason}; what it had begun before its reset could not be found: {failure.InnerException?.Message ?? failure.Message}";
        }
    }

    /// <summary>The tasks whose workflows are open and work for this execution now.</summary>
    private async Task<HashSet<string>> TakeUpTasksAsync()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        EarlierWork page;
        var read = 0;
        do
        {
            var tip = _state.StagingTip;
            page = await FindEarlierAsync(_state.Plan.Hash, read);

            // What was merged while it was asked is newer.
            if (page.StagingTip.Length > 0 && _state.StagingTip == tip)
            {
                _state.StagingTip = page.StagingTip;
            }
            if (page.StagingLost && _state.Board.Entries.Any(e => e.Status.MergeCommit.Length > 0))
            {
                throw new RunEndedException(
                    RunStates.Failed,
                    $"its staging branch is gone, and what was merged to it is not on {_state.Run.Target}: "
                        + "start the plan anew, which takes up what is finished"
                );
            }
            if (page.StagingMade.Length > 0)
            {
                _state.Note(page.StagingMade, RunContext.Now);
            }
            foreach (var task in page.Tasks)
            {
                if (await TakeUpTaskAsync(task))
                {
                    found.Add(task.Id);
                }
            }
            read += page.Tasks.Count;
        } while (page.Tasks.Count > 0 && read < page.TaskCount);
        // Whoever looked has closed the train of the execution before: what staging has is known by that, and another one goes on from
        // there.
        _state.Train.Lose(_state.Train.ExecutionId);
        return found;
    }

    private async Task<bool> TakeUpTaskAsync(EarlierTask task)
    {
        if (_state.Board.TryFind(task.Id) is not { } entry)
        {
            if (task.Open is { } unknown)
            {
                await takeOver.EndUnknownAsync(task.Id, unknown);
            }
            return false;
        }
        entry.State = entry.State with { LastStart = Math.Max(entry.State.LastStart, task.LastStart) };
        if (task.Open is null)
        {
            entry.Closed = Task.CompletedTask;
        }
        if (task.Open is { } open && !TaskStates.IsEnd(open.State))
        {
            if (open.PlanHash == _state.PlanHashOf(entry) && IsAskedFor(entry))
            {
                takeOver.TakeOver(entry, open);
                return true;
            }
            await takeOver.EndStrangerAsync(entry, open);
        }
        if (task.MergeCommit.Length > 0)
        {
            CountAsMerged(entry, task.MergeCommit);
        }
        else if (!entry.AtWork && !entry.HasEnded && task.Attempt > entry.Status.Attempt)
        {
            entry.State = entry.State with { Status = entry.Status with { Attempt = task.Attempt }, MayReuse = true };
        }
        return false;
    }

    /// <summary>A round of the review, or another plan, that this execution has not asked for is another one's: what it comes to would be
    /// taken for the answer to something else. Its answers are kept in the run's folder.</summary>
    private bool IsAskedFor(TaskEntry entry) =>
        entry.Id switch
        {
            ReviewTask.Id => _state.Run.Review is { Verdict: ReviewVerdicts.Asked },
            ReplanTask.Id => _state.IsReplanning,
            _ => true,
        };

    private void CountAsMerged(TaskEntry entry, string commit)
    {
        if (TaskStates.IsDone(entry.Status.State))
        {
            return;
        }
        entry.Status = entry.Status with { MergeCommit = commit, Paused = false };
        _state.Board.CountAsDone(entry, TaskStates.Merged, "merged before the run was reset", RunContext.Now);
    }

    /// <summary>The workflow of a task has closed while no execution of the run was there to hear of it.</summary>
    private async Task HearOfEndAsync(TaskEntry entry)
    {
        var report = await messenger.ReadAsync(entry);
        if (!entry.AtWork)
        {
            return;
        }

        // It has closed, or is about to, and its end may have been told to an execution that was closed itself.
        entry.Closed = Task.CompletedTask;
        if (report is null || !TaskStates.IsEnd(report.State))
        {
            _state.Board.BeginAnew(entry, RunContext.Now);
        }
        else
        {
            takeOver.TakeOver(entry, report);
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
            _state.Leases.HoldThoseAtWork(_state.Board, RunContext.Now);
        }
    }

    private Task<EarlierWork> FindEarlierAsync(string planHash, int offset)
    {
        var find = new FindEarlierWorkInput(_state.RunId, _state.Repository, planHash, offset);
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEarlierWorkAsync(find), context.Short);
    }
}
