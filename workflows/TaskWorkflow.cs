using Orchestrator.Workflows.Tasks;

namespace Orchestrator.Workflows;

/// <summary>
/// Workflow of one task. An agent works in a prepared worktree. The workflow checks, commits and verifies the result, and sends it to the
/// merge queue. Failures and their evidence are sent back to the same conversation, as often as the plan allows.
/// </summary>
[Workflow]
public sealed class TaskWorkflow : AgentWorkflow, ITaskWorkflow
{
    private readonly NextTaskAttemptDecider _remediations;
    private readonly TaskWorktree _worktree;
    private readonly WorkVerifier _verifier;
    private readonly WorkMerger _merger;
    private readonly TaskHostSlotManager _places;

    /// <summary>Composes the components of a task's workflow.</summary>
    public TaskWorkflow()
    {
        _remediations = new NextTaskAttemptDecider(State);
        _places = new TaskHostSlotManager(State, Reporter, Machine);
        Machine.Arrive = _places.ArriveAsync;
        Machine.Moved = _places.FollowRun;
        Waits.Rest = () => _places.MayRest ? _places.ReleaseSlotAsync : null;
        Waits.Leave = step => ActivityRouting.IsAtPlace(step.TaskQueue!) && _places.MayLeave ? _places.LeaveHostAsync : null;
        Waits.IsAway = () => Machine.IsAway;
        _worktree = new TaskWorktree(State, Reporter, Waits, _places);
        _verifier = new WorkVerifier(State, Reporter, Waits);
        _merger = new WorkMerger(State, Reporter, Waits);
    }

    /// <inheritdoc/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(TaskWorkflowInput input = null!) => LiveAsync(input, WorkAsync, _worktree.ReleaseAsync);

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.MergeDone, Description = "Reports the merge queue's result for this task's commit.")]
    public Task MergeDoneAsync(MergeResult result = null!) => RunAction(() => _merger.StoreResult(result));

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Placed, Description = "Reports that a host has a free slot for the task.")]
    public Task PlacedAsync(TaskHostSlot place = null!) => RunAction(() => _places.AcceptSlot(place));

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.PartsDone, Description = "Reports that all parts of a split task have ended.")]
    public Task PartsDoneAsync(string summary = null!) => RunAction(() => State.StorePartResults(summary));

    /// <inheritdoc/>
    [WorkflowSignal(WorkflowMessageNames.Decide, Description = "A user's decision about a task whose work changes the input of its gates.")]
    public Task DecideAsync(bool accepted = false, DecidingUser by = null!, ApprovalDecisionArguments? command = null) =>
        RunAction(() =>
        {
            var name = accepted ? SteeringCatalog.ApproveUpdate : SteeringCatalog.RejectUpdate;
            var author = State.AuthorOf(name, command?.Id == Progress.Id ? command : null);
            Refuse(author.Refusal);
            State.Decide(accepted, author.IsProven ? DecidingUser.Of(author.By, command!.Reason) : by);
        });

    private async Task WorkAsync()
    {
        string? refused = null;
        while (true)
        {
            await Waits.WaitWhilePausedAsync();
            var prepared = await _worktree.PrepareAsync(refused);
            if (prepared.ReusedCommit.Length > 0)
            {
                if (await MergeEarlierResultAsync(prepared))
                {
                    return;
                }
                continue;
            }
            var work = _remediations is { IsForPerson: true, Conflict: { } conflict }
                ? await WaitForResolutionAsync(prepared, conflict)
                : (await RunAgentAsync(prepared)).Work;
            _worktree.MayReuse = false;
            if (work.Problems.Count > 0)
            {
                var problems = new VerificationFailedReason(VerbatimQuote.All(work.Problems));
                _remediations.AfterVerification(problems, work.ProblemsFile);
                Reporter.TransitionTo(TaskStateNames.Remediating, problems, work.ProblemsFile);
                refused = null;
                continue;
            }
            await _places.FetchWorkToOwnerAsync(commit: work.Commit);
            if (Input.Rules.KeepsBranches)
            {
                EndKept(work);
                return;
            }
            var merge = await _merger.MergeAsync(work.Commit);
            if (merge.Merged)
            {
                EndMerged(work, merge);
                return;
            }
            if (merge.FailureClass == FailureClass.Invalid)
            {
                throw new TaskEndedException(TaskStateNames.Failed, new TaskNotMergedReason(new VerbatimQuote(merge.Message)));
            }
            _remediations.AfterMerge(merge);
            Reporter.TransitionTo(
                TaskStateNames.Remediating,
                new TaskNotMergedReason(new VerbatimQuote(merge.Message)),
                merge.ProblemsFile
            );
            refused = work.Commit;
        }
    }

    /// <summary>
    /// Merges an earlier result without running an agent, if the result passes its gates on the current base. A result that fails is not
    /// tried again.
    /// </summary>
    private async Task<bool> MergeEarlierResultAsync(PreparedTask prepared)
    {
        _worktree.MayReuse = false;
        var work = await _verifier.VerifyAsync(prepared, start: 0, why: new VerifyingEarlierResultReason());
        if (work.Problems.Count > 0)
        {
            return false;
        }
        await _places.FetchWorkToOwnerAsync(commit: work.Commit);
        Progress = Progress with { Reused = true };
        if (Input.Rules.KeepsBranches)
        {
            EndKept(work);
            return true;
        }
        var merge = await _merger.MergeAsync(work.Commit);
        if (merge.Merged)
        {
            EndMerged(work, merge);
        }
        else
        {
            Progress = Progress with { Reused = false };
        }
        return merge.Merged;
    }

    /// <summary>Ends the task with its branch as the result. The branch is not merged.</summary>
    private void EndKept(VerifyResult work) =>
        Reporter.TransitionTo(
            TaskStateNames.Kept,
            work.Notes.Count == 0 ? null : new TaskMergedReason(VerbatimQuote.All(work.Notes), null)
        );

    private void EndMerged(VerifyResult work, MergeResult merge)
    {
        Progress = Progress with { MergeCommit = merge.Commit };
        _worktree.IsReleased = merge.Released;
        var noted = merge.Message.Length > 0 ? new VerbatimQuote(merge.Message) : null;
        Reporter.TransitionTo(
            TaskStateNames.Merged,
            work.Notes.Count == 0 && noted is null ? null : new TaskMergedReason(VerbatimQuote.All(work.Notes), noted),
            // If no worktree is left to release, the result follows at once.
            byResult: merge.Released
        );
    }

    /// <summary>
    /// Runs the agent and carries out its approved requests, which may merge newer work from the staging branch into the worktree.
    /// </summary>
    private async Task<(PreparedTask Prepared, VerifyResult Work)> RunAgentAsync(PreparedTask prepared)
    {
        var requests = new BlockingAgentRequestHandler(State, Reporter, Waits, _merger.MergeInstalledAsync);
        while (true)
        {
            var agentRun = await RunAgentAsync(call => StartAgentAsync(prepared, call), AnswerAsync);
            if (!requests.IsGranted)
            {
                return (prepared, await _verifier.VerifyAsync(prepared, Progress.LastStart, agentRun));
            }
            await _places.StayHomeAsync();
            if (await requests.ExecuteApprovedAsync(prepared) is { Length: > 0 } own)
            {
                // The work so far becomes a commit of this attempt, so the request uses no remediation.
                Progress = Progress with
                {
                    Attempt = Progress.Attempt + 1,
                };
                prepared = await _worktree.PrepareAsync(own);
            }
        }

        async Task<bool> AnswerAsync(AgentRunResult result)
        {
            // The owner host evaluates the agent's request.
            await _places.FetchWorkToOwnerAsync();
            return await requests.AnswerAsync(result);
        }
    }

    /// <summary>
    /// Waits for a user to resolve a conflict in the worktree, which contains both sides. The user's resolution is verified like an agent's
    /// work. If the user sends guidance instead, the agent tries again.
    /// </summary>
    private async Task<VerifyResult> WaitForResolutionAsync(PreparedTask prepared, MergeResult conflict)
    {
        await _places.StayHomeAsync();
        var (problem, evidence) = (_remediations.Problem, conflict.ProblemsFile);
        while (true)
        {
            await Waits.ForAnswerAsync(
                new MergeConflictNeedsUserReason(problem, _remediations.Attempts, prepared.Worktree, $"{Input.RunId}/{Input.Task.Id}"),
                evidence
            );
            (prepared, var work) = State.HasGuidance
                ? await RunAgentAsync(prepared)
                : (prepared, await _verifier.VerifyAsync(prepared, Progress.LastStart, byUser: true));
            if (work.Problems.Count == 0)
            {
                return work;
            }
            (problem, evidence) = (new VerificationFailedReason(VerbatimQuote.All(work.Problems)), work.ProblemsFile);
        }
    }

    private Task<AgentRunResult> StartAgentAsync(PreparedTask prepared, AgentRunExecutionOptions call)
    {
        State.AwaitBeginning(Input.Rules.IsShared);
        var run = new RunAgentInput
        {
            Task = Input,
            Prepared = prepared,
            Attempt = Progress.Attempt,
            Start = Progress.LastStart,
            Session = State.Session,
            Agent = Progress.Agent,
            ProblemsFile = State.ProblemsFile,
            Guidance = call.Guidance,
            Answer = call.Answer,
            Failures = _remediations.Count,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
            Report = State.VerifiesAtOnce && !call.Stop && !call.AwaitRelease ? State.Report : null,
        };
        var limit = Input.Task.Timeout + (run.Report is null ? TimeSpan.Zero : WorkVerifier.Limit);
        return Waits.ExecuteActivityAsync(
            (ITaskActivities a) => a.RunAgentAsync(run),
            ActivityDefaults.Long(ActivityRouting.AtPlace(Input.Repository.Queue), limit, call.Interrupt)
        );
    }
}
