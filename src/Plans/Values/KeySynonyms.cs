namespace Orchestrator.Plans;

/// <summary>
/// Keys that other tools use for the order and status of tasks. The readers of plans, master plans and backlogs all accept these keys.
/// </summary>
public static class KeySynonyms
{
    /// <summary>Synonyms of <c>depends_on</c>, separated by spaces.</summary>
    public const string DependsOn =
        "deps dep dependency depends_upon depending_on needs need requires require required_tasks prerequisites prerequisite prereqs "
        + "blocked_by blockers after run_after start_after waits_for wait_for waiting_for waiting_on predecessors predecessor upstream";

    /// <summary>Synonyms of <c>status</c>, separated by spaces.</summary>
    public const string Status = "state task_status";

    /// <summary>Keys that indicate whether a task is done, separated by spaces. Their value is true, false or a time.</summary>
    public const string Completed =
        "completed done is_done complete is_complete is_completed finished is_finished closed is_closed passes passed completed_at done_at "
        + "finished_at closed_at";

    /// <summary>The most common of the keys that mark a task as done.</summary>
    public const string CompletedKey = "completed";

    private static readonly YamlOrJsonKeySynonymTable Reversed = new(
        "blocks before precedes unblocks enables dependents required_by needed_by successors successor downstream"
    );

    private static readonly YamlOrJsonKeySynonymTable Numbering = new(
        "wave order execution_order run_order sequence seq step phase stage batch"
    );

    /// <summary>
    /// True if a key, such as <c>wave</c> or <c>step</c>, orders tasks by numbers instead of by the names of other tasks.
    /// </summary>
    public static bool IsNumbering(string key) => Numbering.Find(key) is not null;

    /// <summary>True if a key, such as <c>blocks</c>, lists the dependents of a task instead of the task's dependencies.</summary>
    public static bool IsReversed(string key) => Reversed.Find(key) is not null;

    /// <summary>Adds the keys that other tools use for order and status to a table of keys.</summary>
    /// <param name="keys">Table to extend.</param>
    /// <param name="dependsOn">The table's own key for dependencies.</param>
    public static YamlOrJsonKeySynonymTable WithOrderAndState(this YamlOrJsonKeySynonymTable keys, string dependsOn) =>
        keys.With(dependsOn, DependsOn).With("status", Status).With(CompletedKey, Completed);
}
