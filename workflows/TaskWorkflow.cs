using Orchestrator.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>
/// One task: a worktree is prepared, an agent works in it, what it did is checked, committed and put to its gates, and the run merges it.
/// What is wrong goes back to the same conversation, with evidence, as often as the plan allows.
/// </summary>
[Workflow("TaskWorkflow")]
public sealed partial class TaskWorkflow : ITaskWorkflow
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
    private TaskInput _input = null!;
    private TaskReport _report = null!;
    private int _remediations;
    private string _problemsFile = "";
    private string _notes = "";
    private bool _mayReuse = true;

    private bool Cancelled => _stop.IsCancellationRequested;

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task<TaskReport> RunAsync(TaskInput input)
    {
        _input = input;
        _paused = input.Paused;
        _guidance = input.Guidance;
        _report = new TaskReport
        {
            TaskId = input.Task.Id,
            ExecutionId = Workflow.Info.FirstExecutionRunId,
            Sequence = 1,
            State = TaskStates.Preparing,
            Round = input.FirstRound,
            LastStart = input.FirstStart - 1,
        };
        try
        {
            await WorkAsync();
        }
        catch (TaskEndedException ended)
        {
            Become(ended.State, ended.Reason, _problemsFile);
        }
        catch (Exception failure) when (Cancelled && TemporalException.IsCanceledException(failure))
        {
            Become(TaskStates.Cancelled, CancelledByPerson);
        }
        catch (ActivityFailureException failure)
        {
            Become(TaskStates.Failed, failure.InnerException?.Message ?? failure.Message);
        }
        if (_report.State != TaskStates.Merged)
            await ReleaseAsync();
        await Workflow.WhenAllAsync(_telling);
        return _report;
    }

    /// <inheritdoc/>
    [WorkflowQuery("status")]
    public TaskReport Status() => _report;

    private async Task WorkAsync()
    {
        var withStaging = false;
        while (true)
        {
            await WhilePausedAsync();
            var prepared = await PrepareAsync(withStaging);
            if (prepared.ReusedCommit.Length > 0 && await TakeUpEarlierResultAsync(prepared))
                return;
            if (prepared.ReusedCommit.Length > 0)
                continue;
            var work = await LetAgentWorkAsync(prepared);
            _mayReuse = false;
            if (work.Problems.Count == 0)
            {
                var merge = await MergeAsync(work.Commit);
                if (merge.Merged)
                {
                    BecomeMerged(merge);
                    return;
                }
                if (merge.FailureClass == FailureClasses.Invalid)
                    throw new TaskEndedException(TaskStates.Failed, merge.Message);
                GiveBack(merge.Message, merge.ProblemsFile);
                withStaging = true;
            }
            else
            {
                GiveBack(string.Join(" ", work.Problems), work.ProblemsFile);
                withStaging = false;
            }
        }
    }

    /// <summary>A worktree at the present staging branch; with <paramref name="withStaging"/> the task's own work is brought onto it, conflicts included.</summary>
    private async Task<PreparedTask> PrepareAsync(bool withStaging)
    {
        if (_report.State != TaskStates.Remediating)
            Become(TaskStates.Preparing, "");
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            var prepare = new PrepareTaskInput { Task = _input, Round = _report.Round, WithStaging = withStaging, MayReuse = _mayReuse };
            var prepared = await Workflow.ExecuteActivityAsync(
                (ITaskActivities a) => a.PrepareTaskAsync(prepare), ActivityDefaults.Long(_input.Repository.Queue, TimeSpan.FromHours(1), _stop.Token));
            if (prepared.Problem.Length == 0)
                return prepared;
            if (prepared.FailureClass != FailureClasses.Environment)
                throw new TaskEndedException(TaskStates.Failed, prepared.Problem);
            pause = await ParkAsync(FailureClasses.Environment, prepared.Problem, pause);
        }
    }

    /// <summary>An earlier result is merged without an agent where it passes its gates on the present base; if not, it is tried no more.</summary>
    private async Task<bool> TakeUpEarlierResultAsync(PreparedTask prepared)
    {
        _mayReuse = false;
        var work = await VerifyAsync(prepared, start: 0, claimedDone: true);
        if (work.Problems.Count > 0)
            return false;
        _report = _report with { Reused = true };
        var merge = await MergeAsync(work.Commit);
        if (merge.Merged)
            BecomeMerged(merge);
        else
            _report = _report with { Reused = false };
        return merge.Merged;
    }

    private void BecomeMerged(MergeResult merge)
    {
        _report = _report with { MergeCommit = merge.Commit };
        Become(TaskStates.Merged, string.Join("; ", ((string[])[_notes, merge.Message]).Where(text => text.Length > 0)));
    }

    private async Task<VerifyResult> LetAgentWorkAsync(PreparedTask prepared)
    {
        var turn = await RunAgentAsync(prepared);
        return await VerifyAsync(prepared, _report.LastStart, turn.ClaimedDone);
    }

    private async Task<VerifyResult> VerifyAsync(PreparedTask prepared, int start, bool claimedDone)
    {
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            Become(TaskStates.Verifying, start == 0 ? "an earlier result is tried on the present base" : "");
            var verify = new VerifyTaskInput { Task = _input, Prepared = prepared, Round = _report.Round, Start = start, ClaimedDone = claimedDone };
            var work = await Workflow.ExecuteActivityAsync(
                (ITaskActivities a) => a.VerifyTaskAsync(verify), ActivityDefaults.Long(_input.Repository.Queue, TimeSpan.FromHours(4), _stop.Token));
            _report = _report with { Commit = work.Commit, Gates = work.Gates.Length == 0 ? null : work.Gates };
            _notes = string.Join("; ", work.Notes);
            if (work.FailureClass != FailureClasses.Environment)
            {
                if (work.Problems.Count == 0 && work.NeedsPerson.Length > 0)
                    await WaitForDecisionAsync(work.NeedsPerson);
                return work;
            }
            pause = await ParkAsync(FailureClasses.Environment, string.Join(" ", work.Problems), pause);
        }
    }

    /// <summary>Hands the commit to the run's merge train and waits for its turn.</summary>
    private async Task<MergeResult> MergeAsync(string commit)
    {
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            _mergeResult = null;
            _report = _report with { Commit = commit };
            Become(TaskStates.Merging, "");
            await Workflow.WaitConditionAsync(() => _mergeResult is not null, CancellationToken.None);
            var result = _mergeResult!;
            if (!result.Merged && Cancelled)
                throw new TaskEndedException(TaskStates.Cancelled, CancelledByPerson);
            if (result.Merged || result.FailureClass != FailureClasses.Environment)
                return result;
            pause = await ParkAsync(FailureClasses.Environment, result.Message, pause);
        }
    }

    /// <summary>The next round begins with what was wrong, or the task has had its rounds.</summary>
    private void GiveBack(string problems, string problemsFile)
    {
        _problemsFile = problemsFile;
        if (_remediations >= _input.Task.MaxRemediations)
            throw new TaskEndedException(TaskStates.Failed, $"{problems} (after {_remediations} remediations)");
        _remediations++;
        _report = _report with { Round = _report.Round + 1 };
        Become(TaskStates.Remediating, problems, problemsFile);
    }

    private async Task ReleaseAsync()
    {
        var release = new ReleaseTaskInput(_input.RunId, _input.Repository, _input.PlanHash, _input.Task.Id);
        try
        {
            await Workflow.ExecuteActivityAsync((ITaskActivities a) => a.ReleaseTaskAsync(release), ActivityDefaults.Short(_input.Repository.Queue));
        }
        catch (ActivityFailureException failure)
        {
            Become(_report.State, $"{_report.Reason} (its worktree could not be released: {failure.InnerException?.Message ?? failure.Message})");
        }
    }
}
