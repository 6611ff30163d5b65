using Orchestrator.Messages;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>Starting tasks, listening to them, merging their work one after the other.</summary>
public sealed partial class OrchestrationWorkflow
{
    /// <summary>Before a task's workflow is started once more whose id is still taken; twice as long each time, half a minute in all.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private const int MostWarnings = 60;
    private readonly Queue<MergeRequest> _mergeQueue = new();
    private bool _merging;

    /// <summary>Calls to other workflows that are not answered yet: the run does not continue as new before they are.</summary>
    private int _calls;

    private Task TaskChangedAsync(TaskReport report)
    {
        TakeIn(report);
        return Task.CompletedTask;
    }

    private bool HasBoard() => _hasBoard;

    private void TakeIn(TaskReport report)
    {
        var entry = _board.TryFind(report.TaskId);
        var before = entry?.ReportSequence;
        _board.Report(report, Now);
        if (entry is null || entry.ReportSequence == before)
            return;
        _run = _run with { UpdatedAt = Now };
        TakeInNotices(entry, report);
        TakeInTrouble(entry, report);
        ReleaseLease(entry);
        BeginAnewIfItsRunEnded(entry, report);
        DescribeForPeople();
        if (report.State == TaskStates.Blocked)
            Ask(report.TaskId, $"{report.TaskId} is blocked: {report.Reason}", $"orchestrate retry {_runId}/{report.TaskId} --guidance TEXT", $"orchestrate cancel {_runId}/{report.TaskId}");
        else if (report.State == TaskStates.AwaitingApproval)
            Ask(report.TaskId, $"May {report.TaskId} be merged? {report.Reason}", $"orchestrate diff {_runId}/{report.TaskId}", $"orchestrate approve {report.TaskId} --run {_runId}", $"orchestrate reject {report.TaskId} --run {_runId}");
        else
            Answered(report.TaskId);
        if (report.State == TaskStates.Merging)
        {
            _mergeQueue.Enqueue(new MergeRequest(report.TaskId, report.Commit, report.Round));
            if (!_merging && !_draining)
                _ = MergeInTurnAsync();
        }
    }

    /// <summary>What a person has to know is a warning of the run, once, whichever agents were at work when it was noticed.</summary>
    private void TakeInNotices(TaskEntry entry, TaskReport report)
    {
        var told = _board.Notice(entry, report.Notices, Now).Where(notice => notice.IsForPerson).Select(notice => MessageParts.Brief(notice.Text)).ToList();
        if (told.Count > 0)
            _run = _run with { Warnings = [.. _run.Warnings.Union(told).Take(MostWarnings)] };
    }

    private void StartReadyTasks()
    {
        ReleaseUnusedLeases();
        foreach (var entry in _board.NextToStart(_workers, e => _troubles.Allow(e.Outline) && !WaitsForLease(e)))
        {
            if (!_troubles.Allow(entry.Outline) || !HasLease(entry))
                continue;
            _troubles.Started(entry.Outline);
            _board.Started(entry, Now);
            _ = StartTaskAsync(entry);
        }
    }

    private async Task StartTaskAsync(TaskEntry entry)
    {
        var input = new TaskInput
        {
            RunId = _runId,
            Repository = _repository,
            PlanHash = _plan.Hash,
            Task = entry.Outline,
            Settings = _plan.Settings,
            Staging = _run.Staging,
            StagingTip = _stagingTip,
            FirstRound = entry.Status.Round + 1,
            FirstStart = entry.LastStart + 1,
            Guidance = entry.Guidance,
            RunWakes = true,
            Fresh = _input.Fresh || (entry.Status.Round > 0 && !entry.MayReuse),
        };
        (entry.Guidance, entry.MayReuse) = ("", false);
        _pausedAlone.Remove(entry.Outline.Id);
        _calls++;
        try
        {
            // The last words of a workflow come before its end; only then is its id free again.
            await entry.Closed;
            var options = new ChildWorkflowOptions
            {
                Id = RunIds.ForTask(_runId, entry.Outline.Id),
                ParentClosePolicy = ParentClosePolicy.Abandon,
                CancellationType = ChildWorkflowCancellationType.Abandon,
                CancellationToken = CancellationToken.None,
                StaticSummary = entry.Outline.Title,
            };
            for (var pause = FirstPause; !await TryStartAsync(options); pause *= 2)
            {
                // One that an earlier execution of this run started either goes on for this one, or is about to close: it has said its last word, or is told
                // to end because it works by another plan, and gives up what it holds.
                if (await TryTakeOverAsync(entry))
                    return;
                if (pause > LongestPause)
                {
                    _board.Lost(entry, "", $"another execution of {RunIds.ForTask(_runId, entry.Outline.Id)} is still open; terminate it, then retry", Now);
                    return;
                }
                await Workflow.DelayAsync(pause, CancellationToken.None);
            }
        }
        finally
        {
            _calls--;
        }

        async Task<bool> TryStartAsync(ChildWorkflowOptions options)
        {
            try
            {
                if (IsPlanner(entry))
                    Follow(await Workflow.StartChildWorkflowAsync((IPlanningWorkflow w) => w.RunAsync(input), options));
                else
                    Follow(await Workflow.StartChildWorkflowAsync((ITaskWorkflow w) => w.RunAsync(input), options));
                return true;
            }
            catch (WorkflowAlreadyStartedException)
            {
                return false;
            }
        }

        void Follow<T>(ChildWorkflowHandle<T, TaskReport> handle)
        {
            entry.ExecutionId = handle.FirstExecutionRunId;
            entry.Closed = FollowTaskAsync(entry, handle);
        }
    }

    /// <summary>The result of a task's workflow counts like its last report; a workflow that ended without one counts as failed.</summary>
    private async Task FollowTaskAsync<T>(TaskEntry entry, ChildWorkflowHandle<T, TaskReport> handle)
    {
        try
        {
            TakeIn(await handle.GetResultAsync());
        }
        catch (ChildWorkflowFailureException failure)
        {
            _board.Lost(entry, handle.FirstExecutionRunId, $"its workflow ended: {failure.InnerException?.Message ?? failure.Message}", Now);
        }
    }

    /// <summary>After continue-as-new the task is no child of this run any more: it is asked once, so that an end in between is not missed.</summary>
    private async Task AskTaskAsync(TaskEntry entry)
    {
        _calls++;
        try
        {
            if (await ReadTaskAsync(entry) is { } report)
                TakeIn(report);
            else
                _board.Lost(entry, entry.ExecutionId, "its workflow is gone", Now);
        }
        finally
        {
            _calls--;
        }
    }

    /// <summary>What the workflow of a task says of itself; null where there is none.</summary>
    private Task<TaskReport?> ReadTaskAsync(TaskEntry entry)
    {
        var read = new ReadTaskInput(_runId, entry.Outline.Id);
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTaskAsync(read), ActivityDefaults.Short(_repository.Queue));
    }

    /// <summary>The merge train: one verified task after the other, in the order in which they were verified.</summary>
    private async Task MergeInTurnAsync()
    {
        _merging = true;
        while (!_draining && _mergeQueue.TryPeek(out var request))
        {
            var merge = new MergeTaskInput(_runId, _repository, _plan.Hash, _run.Staging, request) { StagingTip = _stagingTip };
            var result = NotMerged;
            try
            {
                // Its gates may wait for those of another run: a run that is to end does not wait with them.
                if (!Cancelled)
                    result = await Workflow.ExecuteActivityAsync((ITaskActivities a) => a.MergeTaskAsync(merge), ActivityDefaults.Long(_repository.Queue, TimeSpan.FromHours(2), _stop.Token));
            }
            catch (FailureException) when (Cancelled)
            {
                // What it had done by then is found by whoever merges the task the next time.
            }
            catch (ActivityFailureException failure)
            {
                result = new MergeResult { Message = failure.InnerException?.Message ?? failure.Message, FailureClass = FailureClasses.Invalid };
            }
            if (result.Merged)
                _stagingTip = result.Commit;
            var answer = result with { Round = request.Round };
            _mergeQueue.Dequeue();

            // Told while the next one is merged.
            _ = TellTaskAsync(request.TaskId, t => t.MergeDoneAsync(answer));
        }
        _merging = false;
        _steered++;
    }

    /// <summary>What a task is told whose run ends before its turn: it waits, and is cancelled.</summary>
    private static MergeResult NotMerged => new() { Message = "The run is being cancelled.", FailureClass = FailureClasses.Environment };

    private async Task TellTaskAsync(string taskId, System.Linq.Expressions.Expression<Func<ITaskWorkflow, Task>> signal)
    {
        _calls++;
        try
        {
            await Workflow.GetExternalWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(_runId, taskId))
                .SignalAsync(signal, new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // The task's workflow has ended: there is nothing left to tell, and its end was or will be reported.
        }
        finally
        {
            _calls--;
        }
    }

    /// <summary>What waits for its merge is merged again.</summary>
    private void StopDraining()
    {
        _draining = false;
        if (!_merging && _mergeQueue.Count > 0)
            _ = MergeInTurnAsync();
    }

    /// <summary>Stops what is at work and waits until it has stopped.</summary>
    private async Task StopTasksAsync()
    {
        StopDraining();
        foreach (var entry in _board.Entries.Where(e => e.AtWork).ToList())
            await TellTaskAsync(entry.Outline.Id, t => t.CancelAsync());
        await Workflow.WaitConditionAsync(() => _board.AtWork == 0 && !_merging, CancellationToken.None);
    }
}
