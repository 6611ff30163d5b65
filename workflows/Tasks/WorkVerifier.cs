namespace Orchestrator.Workflows.Tasks;

/// <summary>Verifies the work in a task's worktree. Checks ownership, runs the gates, and requests an approval if necessary.</summary>
internal sealed class WorkVerifier(TaskWorkflowState state, TaskWorkflowReportSender reporter, TaskSuspender waits)
{
    /// <summary>Time limit for all gates of one verification.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(4);

    /// <summary>Verifies the work in the worktree, unless the activity that ran the agent has verified it.</summary>
    /// <param name="prepared">Prepared worktree of the task.</param>
    /// <param name="start">Number of the agent run that the evidence belongs to; 0 if there is none.</param>
    /// <param name="agentRun">Result of the current agent run, or null for an earlier result or a user's changes in the worktree.</param>
    /// <param name="why">Reason for the verification, or null after an agent run.</param>
    /// <param name="byUser">True for a user's changes.</param>
    public async Task<VerifyResult> VerifyAsync(
        PreparedTask prepared,
        int start,
        AgentRunResult? agentRun = null,
        Reason? why = null,
        bool byUser = false
    )
    {
        agentRun ??= new AgentRunResult { FailureClass = FailureClass.None, ClaimedDone = true };
        var (pause, faults) = (TaskSuspender.FirstPause, 0);
        while (true)
        {
            reporter.TransitionTo(TaskStateNames.Verifying, why, isReported: agentRun.Verified is not null);
            var work = agentRun.Verified ?? await ExecuteAsync(prepared, start, agentRun, byUser);
            agentRun = agentRun with { Verified = null };
            state.Progress = state.Progress with
            {
                Commit = work.Commit,
                Gates = work.Gates,
                Measurements = work.Measurements,
                HeldBack = work.HeldBack,
            };
            if (work.FailureClass != FailureClass.Environment)
            {
                if (work.Problems.Count == 0 && work.NeedsPerson.Length > 0)
                {
                    await waits.ForDecisionAsync(new VerbatimQuote(work.NeedsPerson));
                }
                return work;
            }
            pause = await waits.AfterFaultAsync(
                new VerificationFailedReason(VerbatimQuote.All(work.Problems)),
                work.ProblemsFile,
                pause,
                ++faults
            );
        }
    }

    private Task<VerifyResult> ExecuteAsync(PreparedTask prepared, int start, AgentRunResult agentRun, bool byUser)
    {
        var verify = VerifyTaskInput.Of(state.Input, prepared, start, agentRun, state.Progress) with { ByUser = byUser };
        return waits.ExecuteActivityAsync(
            (ITaskActivities a) => a.VerifyTaskAsync(verify),
            ActivityDefaults.Long(ActivityRouting.AtPlace(state.Input.Repository.Queue), Limit, state.Stop)
        );
    }
}
