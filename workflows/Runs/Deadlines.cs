namespace Orchestrator.Workflows.Runs;

/// <summary>Handles deadlines: expired approvals, and long waits for leases.</summary>
internal static class Deadlines
{
    /// <summary>Returns the next deadline, or null for none.</summary>
    public static DateTimeOffset? Next(RunState state)
    {
        var approval = AwaitingApproval(state).Select(e => (DateTimeOffset?)DueOf(state, e)).Min();
        var reminder = state.Leases.NextLongWait(state.Board, state.Rules.LockTimeout);
        return approval is null || reminder < approval ? reminder : approval;
    }

    /// <summary>Describes the action at a deadline, for users.</summary>
    public static string Describe(RunState state, DateTimeOffset due) =>
        AwaitingApproval(state).FirstOrDefault(e => DueOf(state, e) == due) is { } entry
            ? $"Until no answer counts as no: may {entry.Id} start?"
            : "Until a long wait for a file is explained";

    /// <summary>Handles expired deadlines. An approval that was not given in time counts as rejected.</summary>
    public static void Pass(RunState state, DateTimeOffset now)
    {
        foreach (var entry in AwaitingApproval(state).Where(e => DueOf(state, e) <= now).ToList())
        {
            state.Board.End(entry, TaskStates.Cancelled, new NotApprovedInTime(), now);
        }
        state.Leases.ExplainLongWaits(state.Board, state.Rules.LockTimeout, now);
    }

    private static DateTimeOffset DueOf(RunState state, TaskEntry entry) => entry.Progress.Since + state.Rules.ApprovalTimeout;

    /// <summary>Returns tasks that have not started. A task that waits to be merged has a separate time limit.</summary>
    private static IEnumerable<TaskEntry> AwaitingApproval(RunState state) =>
        state.Board.In(TaskStates.AwaitingApproval).Where(e => !e.AtWork);
}
