using Orchestrator.Messages;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>
/// Going on after a reset. The history ends at an earlier moment then than the world: tasks of the execution that was reset go on, others are merged or landed,
/// and the record tells of what this execution has not lived through. So it asks the engine, git and the record first, and takes over what it finds.
/// </summary>
public sealed partial class OrchestrationWorkflow
{
    // The SDK tells of a reset by this alone: from its place in the history on there are other random numbers.
    private DeterministicRandom _takenUpReset = Workflow.Random;
    private DeterministicRandom _followedReset = Workflow.Random;

    /// <summary>There was a reset, and what the execution before has left is not taken up yet.</summary>
    private bool WasReset => Workflow.Random != _takenUpReset;

    /// <summary>There was a reset, and the run's record tells of more than this execution has lived through.</summary>
    private bool RecordIsOfAnother => Workflow.Random != _followedReset;

    /// <summary>Numbers what happens from here on behind what the record has, else it would be taken for old.</summary>
    private async Task FollowRecordAsync()
    {
        while (RecordIsOfAnother)
        {
            var reset = Workflow.Random;
            var find = new FindEarlierWorkInput(_runId, _repository, "", 0);
            var earlier = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEarlierWorkAsync(find), ActivityDefaults.Short(_repository.Queue));
            if (_followedReset == reset)
                return;
            _followedReset = reset;
            _board.FollowRecord(earlier.LastSequence);
            _board.NoteRun(_run.State, "begun anew by a reset", Now);
        }
    }

    /// <summary>Takes up what the execution before has left, before anything is begun.</summary>
    private async Task TakeUpAfterResetAsync()
    {
        while (WasReset)
        {
            var reset = Workflow.Random;
            var found = new HashSet<string>(StringComparer.Ordinal);
            try
            {
                EarlierWork page;
                var read = 0;
                do
                {
                    var find = new FindEarlierWorkInput(_runId, _repository, _plan.Hash, read);
                    var tip = _stagingTip;
                    page = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEarlierWorkAsync(find), ActivityDefaults.Short(_repository.Queue));

                    // What was merged while it was asked is newer.
                    if (page.StagingTip.Length > 0 && _stagingTip == tip)
                        _stagingTip = page.StagingTip;
                    if (page.StagingLost && _board.Entries.Any(e => e.Status.MergeCommit.Length > 0))
                        throw new RunEndedException(RunStates.Failed, $"its staging branch is gone, and what was merged to it is not on {_run.Target}: start the plan anew, which takes up what is finished");
                    if (page.StagingMade.Length > 0)
                        Note(page.StagingMade);
                    foreach (var task in page.Tasks)
                    {
                        if (await TakeUpEarlierAsync(task))
                            found.Add(task.Id);
                    }
                    read += page.Tasks.Count;
                }
                while (page.Tasks.Count > 0 && read < page.TaskCount);
            }
            finally
            {
                _takenUpReset = reset;
            }

            foreach (var entry in _board.Entries.Where(e => e.AtWork && e.ExecutionId.Length > 0 && !found.Contains(e.Outline.Id)).ToList())
                await HearOfEndAsync(entry);
            await JoinLeasesAnewAsync();
            _steered++;
        }
    }

    /// <summary>A run that is to end stops what the execution before has left, too. Why it ends, with why that could not be found.</summary>
    private async Task<string> TakeUpToEndAsync(string reason)
    {
        if (!WasReset || _plan.Hash.Length == 0)
            return reason;
        try
        {
            await TakeUpAfterResetAsync();
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

    /// <summary>True: its workflow is open and works for this execution now.</summary>
    private async Task<bool> TakeUpEarlierAsync(EarlierTask task)
    {
        if (_board.TryFind(task.Id) is not { } entry)
            return false;
        entry.LastStart = Math.Max(entry.LastStart, task.LastStart);
        if (task.Open is null)
            entry.Closed = Task.CompletedTask;
        if (task.Open is { } open && !TaskStates.IsEnd(open.State))
        {
            if (open.PlanHash == PlanHashOf(entry))
            {
                TakeOver(entry, open);
                return true;
            }
            await EndStrangerAsync(entry, open);
        }
        if (task.MergeCommit.Length > 0)
        {
            _board.MergedEarlier(entry, task.MergeCommit, Now);
            Answered(task.Id);
        }
        else if (!entry.AtWork && !TaskStates.IsEnd(entry.Status.State) && task.Round > entry.Status.Round)
            (entry.Status, entry.MayReuse) = (entry.Status with { Round = task.Round }, true);
        return false;
    }

    private string PlanHashOf(TaskEntry entry) => IsPlanner(entry) ? "" : _plan.Hash;

    private void TakeOver(TaskEntry entry, TaskReport report)
    {
        // What was asked may be older than what the task has told meanwhile.
        if (entry.Status.State == TaskStates.Merged || (!entry.AtWork && entry.ExecutionId == report.ExecutionId && report.Sequence <= entry.ReportSequence))
            return;
        _board.TakeOver(entry, report.ExecutionId, Now);
        TakeIn(report);
    }

    /// <summary>A task's workflow is open that this execution did not start. False: it is about to close.</summary>
    private async Task<bool> TryTakeOverAsync(TaskEntry entry)
    {
        var report = await ReadTaskAsync(entry);
        if (report is null || TaskStates.IsEnd(report.State) || !entry.AtWork)
            return false;
        if (report.PlanHash == PlanHashOf(entry))
        {
            TakeOver(entry, report);
            return true;
        }
        await EndStrangerAsync(entry, report);
        return false;
    }

    /// <summary>A task's workflow that works by another plan: it ends, and nothing that it says counts. One that waits to be merged is told that it is not.</summary>
    private async Task EndStrangerAsync(TaskEntry entry, TaskReport report)
    {
        entry.PastExecutions.Add(report.ExecutionId);
        var refusal = NotMerged with { Round = report.Round };
        await TellTaskAsync(entry.Outline.Id, t => t.CancelAsync());
        await TellTaskAsync(entry.Outline.Id, t => t.MergeDoneAsync(refusal));
    }

    /// <summary>The workflow of a task has closed while no execution of the run was there to hear of it.</summary>
    private async Task HearOfEndAsync(TaskEntry entry)
    {
        var report = await ReadTaskAsync(entry);
        if (!entry.AtWork)
            return;

        // It has closed, or is about to, and its end may have been told to an execution that was closed itself.
        entry.Closed = Task.CompletedTask;
        if (report is null || !TaskStates.IsEnd(report.State))
            _board.BeginAnew(entry, Now);
        else
            TakeOver(entry, report);
    }

    /// <summary>That a task ends because its run was gone was nobody's will: the run is there again.</summary>
    private void BeginAnewIfItsRunEnded(TaskEntry entry, TaskReport report)
    {
        if (report.FailureClass != FailureClasses.RunEnded || entry.AtWork || Cancelled || entry.Status.State != TaskStates.Cancelled)
            return;
        _board.Retry(entry, "", Now);
        entry.MayReuse = true;
    }
}
