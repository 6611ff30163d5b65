namespace Orchestrator.Workflows.Runs;

/// <summary>Handles a run's deadlines: the expiry of approvals, and the times at which long waits for leases are explained.</summary>
internal static class RunDeadlineHandler
{
    /// <summary>Returns the next deadline, or null if there is none.</summary>
    public static DateTimeOffset? Next(RunWorkflowState state)
    {
        var approval = AwaitingApproval(state).Select(e => (DateTimeOffset?)DueOf(state, e)).Min();
        var reminder = state.Leases.NextLongWait(state.Board, state.Rules.LockTimeout);
        return approval is null || reminder < approval ? reminder : approval;
    }

    /// <summary>Describes, for users, what happens at a deadline.</summary>
    public static string Describe(RunWorkflowState state, DateTimeOffset due) =>
        AwaitingApproval(state).FirstOrDefault(e => DueOf(state, e) == due) is { } entry
            ? $"Until a missing approval of {entry.Id} counts as rejected"
            : "Until the cause of a long wait for a file is reported";

    /// <summary>Handles deadlines that have passed. A task that was not approved in time counts as rejected.</summary>
    public static void Pass(RunWorkflowState state, DateTimeOffset now)
    {
        foreach (var entry in AwaitingApproval(state).Where(e => DueOf(state, e) <= now).ToList())
        {
            state.Board.End(entry, TaskStateNames.Cancelled, new ApprovalTimedOutReason(), now);
        }
        state.Leases.ExplainLongWaits(state.Board, state.Rules.LockTimeout, now);
    }

    private static DateTimeOffset DueOf(RunWorkflowState state, PlanTaskWithProgress entry) =>
        entry.Progress.Since + state.Rules.ApprovalTimeout;

    /// <summary>Returns tasks that are waiting for an approval before they start. Approvals of merges have a separate time limit.</summary>
    private static IEnumerable<PlanTaskWithProgress> AwaitingApproval(RunWorkflowState state) =>
        state.Board.In(TaskStateNames.AwaitingApproval).Where(e => !e.AtWork);
}
