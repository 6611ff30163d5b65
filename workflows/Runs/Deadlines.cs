namespace Orchestrator.Workflows.Runs;

/// <summary>What happens when a time has passed: approvals that nobody gave, leases that somebody has waited for too long.</summary>
internal static class Deadlines
{
    /// <summary>When there is something to do next; null: never.</summary>
    public static DateTimeOffset? Next(RunState state)
    {
        var approval = AwaitingApproval(state).Select(e => (DateTimeOffset?)(e.Status.Since + state.Rules.ApprovalTimeout)).Min();
        var reminder = state.Leases.NextReminder(state.Board, state.Rules.LockTimeout);
        return approval is null || reminder < approval ? reminder : approval;
    }

    /// <summary>Does what has become due. No answer in time means no.</summary>
    public static void Pass(RunState state, DateTimeOffset now)
    {
        foreach (var entry in AwaitingApproval(state).Where(e => e.Status.Since + state.Rules.ApprovalTimeout <= now).ToList())
        {
            state.Board.End(entry, TaskStates.Cancelled, "nobody approved it in time", now);
        }
        state.Leases.RemindOf(state.Board, state.Rules.LockTimeout, now);
    }

    /// <summary>Tasks that have not begun; one that waits to be merged looks after its own time.</summary>
    private static IEnumerable<TaskEntry> AwaitingApproval(RunState state) =>
        state.Board.In(TaskStates.AwaitingApproval).Where(e => !e.AtWork);
}
