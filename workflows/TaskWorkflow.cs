using Orchestrator.Workflows.Tasks;
using Temporalio.Converters;

namespace Orchestrator.Workflows;

/// <summary>One task: a worktree is prepared, an agent works in it, the result is checked, committed and run through its gates, and the run
/// merges it. Faults go back to the same conversation, with evidence, as often as the plan allows.</summary>
[Workflow("TaskWorkflow")]
public sealed class TaskWorkflow : AgentWorkflow
{
    private int _remediations;

    /// <summary>Attempts that began with a conflict: the agent did not cause them, so they use no remediation.</summary>
    private int _conflicts;
    private string _notes = "";
    private MergeResult? _mergeResult;
    private bool _mayReuse = true;
    private string _verified = "";
    private string _base = "";

    /// <summary>The conflict that is being resolved, with the latest problem. Null: there is none.</summary>
    private MergeResult? _conflict;

    /// <summary>The agent has used its attempts to resolve it: a person does.</summary>
    private bool _isForPerson;

    /// <summary>Restores the state before any signal is handled.</summary>
    [WorkflowInit]
    public TaskWorkflow(IRawValue? input = null, IRawValue? surplus = null)
    {
        OnSignal("mergeDone", MergeDoneAsync);
        OnSignal("decide", DecideAsync);
        OnSignal("partsDone", PartsDoneAsync);
        TakeStart(Restore, input, surplus);
    }

    /// <inheritdoc cref="ITaskWorkflow.RunAsync"/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(IRawValue? input = null, IRawValue? surplus = null) => LiveAsync(WorkAsync, ReleaseAsync);

    private Task MergeDoneAsync(MergeResult result)
    {
        if (Report.State == TaskStates.Merging && result.Attempt == Report.Attempt)
        {
            _mergeResult = result;
        }
        return Task.CompletedTask;
    }

    private Task PartsDoneAsync(string summary) => Done(() => State.TakeParts(summary));

    private Task DecideAsync(bool accepted, string reason) => Done(() => State.Decide(accepted, reason));

    private async Task WorkAsync()
    {
        var withStaging = false;
        while (true)
        {
            await Waits.WhilePausedAsync();
            var prepared = await PrepareAsync(withStaging);
            if (prepared.ReusedCommit.Length > 0 && await TakeUpEarlierResultAsync(prepared))
            {
                return;
            }
            if (prepared.ReusedCommit.Length > 0)
            {
                continue;
            }
            var work = _isForPerson ? await LetPersonResolveAsync(prepared, _conflict!) : (await LetAgentWorkAsync(prepared)).Work;
            _mayReuse = false;
            if (work.Problems.Count == 0)
            {
                _verified = work.Commit;
                var merge = await MergeAsync(work.Commit);
                if (merge.Merged)
                {
                    EndMerged(merge);
                    return;
                }
                if (merge.FailureClass == FailureClasses.Invalid)
                {
                    throw new TaskEndedException(TaskStates.Failed, merge.Message);
                }
                _conflict = merge.Conflict || _isForPerson ? merge : null;
                Remediate(merge.Message, merge.ProblemsFile, isCaused: !merge.Conflict);
                withStaging = true;
            }
            else
            {
                var problems = string.Join(" ", work.Problems);
                _conflict = _conflict is null ? null : _conflict with { Message = problems, ProblemsFile = work.ProblemsFile };
                Remediate(problems, work.ProblemsFile, isCaused: true);
                withStaging = false;
            }
        }
    }

    /// <summary>Prepares a worktree at the present staging branch; with <paramref name="withStaging"/> the task's own work is merged with
    /// it, conflicts included.</summary>
    /// <param name="withStaging">See there.</param>
    /// <param name="own">The task's own work; null: what was verified last.</param>
    private async Task<PreparedTask> PrepareAsync(bool withStaging, string? own = null)
    {
        if (Report.State != TaskStates.Remediating)
        {
            Reporter.TransitionTo(TaskStates.Preparing, "");
        }
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            var prepare = new PrepareTaskInput
            {
                Task = Input,
                Attempt = Report.Attempt,
                WithStaging = withStaging,
                MayReuse = _mayReuse,
                Commit = withStaging ? own ?? _verified : "",
                BaseCommit = _base,
            };
            var prepared = await Workflow.ExecuteActivityAsync(
                (ITaskActivities a) => a.PrepareTaskAsync(prepare),
                ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(1), State.Stop)
            );
            if (prepared.Problem.Length == 0)
            {
                _base = prepared.BaseCommit;
                return prepared;
            }
            if (prepared.FailureClass != FailureClasses.Environment)
            {
                throw new TaskEndedException(TaskStates.Failed, prepared.Problem);
            }
            pause = await Waits.ParkAsync(FailureClasses.Environment, prepared.Problem, pause);
        }
    }

    /// <summary>Merges an earlier result without an agent where it passes its gates on the present base; otherwise it is not tried
    /// again.</summary>
    private async Task<bool> TakeUpEarlierResultAsync(PreparedTask prepared)
    {
        _mayReuse = false;
        var work = await VerifyAsync(prepared, start: 0, new AgentRunResult { FailureClass = FailureClasses.None, ClaimedDone = true });
        if (work.Problems.Count > 0)
        {
            return false;
        }
        Report = Report with { Reused = true };
        var merge = await MergeAsync(work.Commit);
        if (merge.Merged)
        {
            EndMerged(merge);
        }
        else
        {
            Report = Report with { Reused = false };
        }
        return merge.Merged;
    }

    private void EndMerged(MergeResult merge)
    {
        Report = Report with { MergeCommit = merge.Commit };
        Reporter.TransitionTo(TaskStates.Merged, string.Join("; ", ((string[])[_notes, merge.Message]).Where(text => text.Length > 0)));
    }

    /// <summary>Runs the agent; fulfilling its requests may bring a newer base into its worktree.</summary>
    private async Task<(PreparedTask Prepared, VerifyResult Work)> LetAgentWorkAsync(PreparedTask prepared)
    {
        var requests = new AgentRequests(State, Reporter, Waits, MergeInstalledAsync);
        while (true)
        {
            var turn = await Agents.RunAsync(call => StartAgentAsync(prepared, call), requests.AnswerAsync);
            if (!requests.IsGranted)
            {
                return (prepared, await VerifyAsync(prepared, Report.LastStart, turn));
            }
            if (await requests.CarryOutAsync(prepared) is { Length: > 0 } own)
            {
                // The work so far is a commit of this attempt, and uses no remediation.
                Report = Report with
                {
                    Attempt = Report.Attempt + 1,
                };
                prepared = await PrepareAsync(withStaging: true, own);
            }
        }
    }

    /// <summary>Merges packages that were installed for the task: they go to staging like work, but are not its work.</summary>
    private async Task<MergeResult> MergeInstalledAsync(string commit)
    {
        var own = Report.Commit;
        Report = Report with { Installs = true };
        var merge = await MergeAsync(commit);
        Report = Report with { Installs = false, Commit = own };
        return merge;
    }

    /// <summary>The worktree holds both sides. A person's resolution goes through the same checks as an agent's work; if they send
    /// guidance, the agent tries once more.</summary>
    private async Task<VerifyResult> LetPersonResolveAsync(PreparedTask prepared, MergeResult conflict)
    {
        var (problem, evidence) = (conflict.Message, conflict.ProblemsFile);
        while (true)
        {
            var retry = $"orchestrate retry {Input.RunId}/{Input.Task.Id}";
            await Waits.ForAnswerAsync(
                $"{problem} Its agent has not resolved the conflict in {_remediations + _conflicts + 1} attempts. Both sides are in "
                    + $"{prepared.Worktree}: make both hold there, then: {retry} (with --guidance TEXT its agent tries once more)",
                evidence
            );
            (prepared, var work) = State.HasGuidance
                ? await LetAgentWorkAsync(prepared)
                : (
                    prepared,
                    await VerifyAsync(
                        prepared,
                        Report.LastStart,
                        new AgentRunResult { FailureClass = FailureClasses.None, ClaimedDone = true }
                    )
                );
            if (work.Problems.Count == 0)
            {
                return work;
            }
            (problem, evidence) = (string.Join(" ", work.Problems), work.ProblemsFile);
        }
    }

    private Task<AgentRunResult> StartAgentAsync(PreparedTask prepared, AgentCall call)
    {
        var run = new RunAgentInput
        {
            Task = Input,
            Prepared = prepared,
            Attempt = Report.Attempt,
            Start = Report.LastStart,
            Session = State.Session,
            ProblemsFile = State.ProblemsFile,
            Guidance = call.Guidance,
            Answer = call.Answer,
            Failures = _remediations,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
        };
        return Workflow.ExecuteActivityAsync(
            (ITaskActivities a) => a.RunAgentAsync(run),
            ActivityDefaults.Long(Input.Repository.Queue, Input.Task.Timeout, call.Interrupt)
        );
    }

    private async Task<VerifyResult> VerifyAsync(PreparedTask prepared, int start, AgentRunResult turn)
    {
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            Reporter.TransitionTo(TaskStates.Verifying, start == 0 ? "an earlier result is tried on the present base" : "");
            var verify = new VerifyTaskInput
            {
                Task = Input,
                Prepared = prepared,
                Attempt = Report.Attempt,
                Start = start,
                ClaimedDone = turn.ClaimedDone,
                EndedWith = turn.EndedWith,
            };
            var work = await Workflow.ExecuteActivityAsync(
                (ITaskActivities a) => a.VerifyTaskAsync(verify),
                ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(4), State.Stop)
            );
            Report = Report with
            {
                Commit = work.Commit,
                Gates = work.Gates.Length == 0 ? null : work.Gates,
                Measurements = work.Measurements,
            };
            _notes = string.Join("; ", work.Notes);
            if (work.FailureClass != FailureClasses.Environment)
            {
                if (work.Problems.Count == 0 && work.NeedsPerson.Length > 0)
                {
                    await Waits.ForDecisionAsync(work.NeedsPerson);
                }
                return work;
            }
            pause = await Waits.ParkAsync(FailureClasses.Gate, string.Join(" ", work.Problems), pause);
        }
    }

    /// <summary>Sends the commit to the run's merge train and waits for the result.</summary>
    private async Task<MergeResult> MergeAsync(string commit)
    {
        var pause = TimeSpan.FromSeconds(30);
        while (true)
        {
            _mergeResult = null;
            Report = Report with { Commit = commit };
            Reporter.TransitionTo(TaskStates.Merging, "");
            await Workflow.WaitConditionAsync(() => _mergeResult is not null || State.HasNoRun, CancellationToken.None);
            if (_mergeResult is null)
            {
                State.ThrowIfCancelled();
            }
            var result = _mergeResult!;
            if (!result.Merged && State.IsCancelled)
            {
                State.ThrowIfCancelled();
            }
            if (result.Merged || result.FailureClass != FailureClasses.Environment)
            {
                return result;
            }
            pause = await Waits.ParkAsync(FailureClasses.Gate, result.Message, pause);
        }
    }

    /// <summary>Begins the next attempt with the problem, or fails the task when no attempt is left.</summary>
    /// <param name="problems">What was wrong.</param>
    /// <param name="problemsFile">The same with evidence.</param>
    /// <param name="isCaused">The agent's work was wrong; false: changes of others are the cause.</param>
    private void Remediate(string problems, string problemsFile, bool isCaused)
    {
        State.ProblemsFile = problemsFile;
        _isForPerson = _remediations + (_conflict is null ? 0 : _conflicts) >= Input.Task.MaxRemediations;
        if (_isForPerson && _conflict is null)
        {
            var tried =
                _remediations == 0 ? "" : $" {_remediations} {(_remediations == 1 ? "remediation" : "remediations")} did not mend it.";
            throw new TaskEndedException(TaskStates.Failed, problems + tried);
        }
        _remediations += !_isForPerson && isCaused ? 1 : 0;
        _conflicts += !_isForPerson && !isCaused ? 1 : 0;
        Report = Report with { Attempt = Report.Attempt + 1 };
        Reporter.TransitionTo(TaskStates.Remediating, problems, problemsFile);
    }

    private async Task ReleaseAsync()
    {
        var release = new ReleaseTaskInput(Input.RunId, Input.Repository, Input.PlanHash, Input.Task.Id);
        try
        {
            await Workflow.ExecuteActivityAsync(
                (ITaskActivities a) => a.ReleaseTaskAsync(release),
                ActivityDefaults.Short(Input.Repository.Queue)
            );
        }
        catch (ActivityFailureException failure)
        {
            var why = failure.InnerException?.Message ?? failure.Message;
            Reporter.TransitionTo(Report.State, $"{Report.Reason} (its worktree could not be released: {why})");
        }
    }
}
