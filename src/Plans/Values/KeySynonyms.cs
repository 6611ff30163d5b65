namespace Orchestrator.Plans;

/// <summary>Words of other tools for the order and the state of a task: the one table for plans, master plans and backlogs.</summary>
public static class KeySynonyms
{
    /// <summary>Words for <c>depends_on</c>.</summary>
    public const string DependsOn =
        "deps dep dependency depends_upon depending_on needs need requires require required_tasks prerequisites prerequisite prereqs "
        + "blocked_by blockers after run_after start_after waits_for wait_for waiting_for waiting_on predecessors predecessor upstream";

    /// <summary>Words for <c>status</c>.</summary>
    public const string Status = "state task_status";

    /// <summary>Words for a task that is done, with true, false or the time.</summary>
    public const string Completed =
        "completed done is_done complete is_complete is_completed finished is_finished closed is_closed passes passed completed_at done_at "
        + "finished_at closed_at";

    /// <summary>The usual key for a task that is done.</summary>
    public const string CompletedKey = "completed";

    private static readonly KeyTable Reversed = new(
        "blocks before precedes unblocks enables dependents required_by needed_by successors successor downstream"
    );

    private static readonly KeyTable Numbering = new("wave order execution_order run_order sequence seq step phase stage batch");

    /// <summary>True if a word orders tasks by numbers in place of names.</summary>
    public static bool IsNumbering(string key) => Numbering.Find(key) is not null;

    /// <summary>True if a word says the order from the other side: who waits for this task.</summary>
    public static bool IsReversed(string key) => Reversed.Find(key) is not null;

    /// <summary>The table with the words of other tools for order and state.</summary>
    /// <param name="keys">The table.</param>
    /// <param name="dependsOn">The key for the order in it.</param>
    public static KeyTable WithOrderAndState(this KeyTable keys, string dependsOn) =>
        keys.With(dependsOn, DependsOn).With("status", Status).With(CompletedKey, Completed);
}
