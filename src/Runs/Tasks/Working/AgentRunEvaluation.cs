using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks.ConflictPrediction;

namespace Orchestrator.Runs.Tasks;

/// <summary>Evaluates the outcome of a task's agent after the agent has ended.</summary>
/// <param name="agent">The agent.</param>
/// <param name="guard">Restores shared git state that the agent changed.</param>
internal sealed class AgentRunEvaluation(TaskAgentRun agent, AgentRunGitStateGuard guard)
{
    private const int LongestError = 600;

    /// <summary>Restores shared state that the agent changed, records the agent's usage, and returns the result of the step.</summary>
    /// <param name="ended">The agent that has ended.</param>
    /// <param name="payers">The accounts that may pay for the agent.</param>
    public async Task<AgentRunResult> EvaluateAsync(EndedAgentRun ended, PayingAccountSelector payers)
    {
        var (outcome, governed) = (ended.Outcome, payers.Chosen);
        var restored = agent.Worktree is null
            ? []
            : await guard.PutBackAsync(agent.Worktree, agent.Input.Attempt, ended.Tools, isConfined: agent.Start.Sandbox is not null);
        var described = Describe(
            outcome,
            AgentRunOutcomeFile.Of(outcome) with
            {
                SnapshotProblem = ended.SnapshotProblem,
                Attempt = agent.Input.Attempt,
                Account = governed.Agent.Account,
                Agent = agent.Name,
                IsAtGrant = governed.Use.EndsAtGrant(outcome),
            }
        );
        var result = payers.RetryOnOtherAccount(await governed.Use.SettleReservationAsync(described, outcome)) with
        {
            Notices = [.. restored, .. governed.Use.Notices, .. ended.ToolNotices, .. NewNotices(ended)],
        };
        return await JudgeErrorAsync(result, outcome);
    }

    private IEnumerable<TaskNotice> NewNotices(EndedAgentRun ended)
    {
        var (task, folder) = (agent.PlanTask.Id, agent.Files.Folder);
        return
        [
            .. AgentSupervisor.ReadWarnings(agent.Start.Folder).Where(guard.IsNews).Select(text => new TaskNotice(text)),
            .. ended.Outcome.Notices.Where(guard.IsNews).Select(text => new TaskNotice(text)),
            .. UnreadableClaim(agent.Start.Folder),
            .. ended.Undelivered.Distinct().Where(guard.IsNews).Select(text => new TaskNotice($"Mail of {task} was not delivered: {text}")),
            .. agent.Confined is { Problem.Length: > 0 } confined ? (TaskNotice[])[new TaskNotice(confined.Problem)] : [],
            .. PredictedConflicts.Notices(task, PredictedConflicts.ClaimUnreported(folder, task, agent.Input.Start)),
        ];
    }

    /// <summary>
    /// Evaluates the outcome of an agent program that ended with an error. If the agent changed nothing, the task fails. If the agent
    /// changed something, the task needs another attempt. If the agent claimed to be done, the gates decide, because some programs end with
    /// an error even after a mere warning.
    /// </summary>
    private async Task<AgentRunResult> JudgeErrorAsync(AgentRunResult result, AgentOutcome outcome)
    {
        if (
            outcome.Failure is not (AgentFailure.GaveUp or AgentFailure.Output)
            || result.FailureClass != FailureClass.GaveUp
            || agent.Worktree is not { } worktree
        )
        {
            return result;
        }
        if (!await HasWorkAsync(worktree))
        {
            return result with { Message = $"{result.Message.TrimEnd()} No file was changed." };
        }
        var claimed = AgentOutcomeClaim.TryRead(agent.Start.Folder)?.Status;
        return claimed == "failed"
            ? result
            : result with
            {
                FailureClass = FailureClass.None,
                ClaimedDone = claimed == "completed",
                EndedWith = FileNameEncoding.Show(result.Message.ReplaceLineEndings(" ").Trim(), LongestError),
                Signature = "",
            };
    }

    private async Task<bool> HasWorkAsync(Worktree worktree)
    {
        try
        {
            return (await new WorktreeDiffReader(worktree).AgainstAsync(agent.Input.Prepared.BaseCommit)).Any(file =>
                file.Path != WorktreeClaim.FileName
            );
        }
        catch (GitException refusal) when (refusal.IsRefusal || refusal is WorktreeReplacedException)
        {
            return true; // If git refuses to read a file, verification reports this to the agent.
        }
    }

    private static IEnumerable<TaskNotice> UnreadableClaim(string folder)
    {
        AgentOutcomeClaim.TryRead(folder, out _, out var problem);
        return problem.Length == 0 ? [] : [new TaskNotice(problem)];
    }

    private AgentRunResult Describe(AgentOutcome outcome, AgentRunOutcomeFile notes)
    {
        var (files, task, start) = (agent.Files, agent.PlanTask, agent.Start);
        if (AgentOutcomeClaim.TryRead(start.Folder) is null)
        {
            WorktreeClaim.MoveToRunFolder(start);
        }
        var claim = AgentOutcomeClaim.TryRead(start.Folder, out var said, out _);
        notes.Write(start.Folder);
        var (failure, message) = AgentOutcomeClassifier.Of(outcome, claim, found: agent.State == AgentRunStatus.Ended);
        if (failure == FailureClass.Blocked)
        {
            message += RequestedFileOwners.Owners(files, start.Task, claim);
            message += InterfaceContractChecker.ContractAdvice(files, message);
        }
        return new AgentRunResult
        {
            FailureClass = failure,
            Message = message,
            IsRefused = outcome.IsRefused,
            NeverRan = outcome.NeverRan,
            ClaimedDone = outcome.ClaimsDone && claim?.Status is null or "completed",
            Session = outcome.SessionId ?? start.SessionId ?? "",
            Cost = outcome.Usage.CostUsd,
            Tokens = outcome.Usage.Tokens.Total,
            Turns = outcome.Turns,
            ResetAt = outcome.ResetsAt,
            Signature = AgentOutcomeClassifier.SignatureOf(outcome, claim, agent.Name, start.Task),
            Folder = files.Folder.Relative(start.Folder),
            SaidHash = said,
            Called = outcome.SubAgents.Intersect(task.RequiredAgents, StringComparer.Ordinal).ToList() is { Count: > 0 } called
                ? called
                : null,
        };
    }
}
