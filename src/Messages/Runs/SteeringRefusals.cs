namespace Orchestrator.Messages;

/// <summary>
/// Checks users' commands. Each check returns the reason to refuse the command, or null if the command is valid. The run itself applies the
/// checks. While no worker is serving the run, they are applied to its recorded status.
/// </summary>
public static class SteeringRefusals
{
    /// <summary>Checks a command to pause one task.</summary>
    public static string? OfPause(string task, string state, bool isAtWork) =>
        isAtWork ? null : $"{task} is {state}; only a running task can be paused.";

    /// <summary>
    /// Checks a command to retry a task. If the task's question has already been answered by the planner, the reason explains how to
    /// correct that answer.
    /// </summary>
    /// <param name="isAtWork">True if the task is active and waits for nothing.</param>
    /// <param name="answered">The planner's last answer to the task's agent, or null if there is none.</param>
    public static string? OfRetry(string run, string task, string state, bool isAtWork, TaskAnswer? answered) =>
        isAtWork && answered is not null
            ? $"{task} is {state}; its question was {answered}. To correct the answer, write to its agent: orchestrate "
                + $"send {run}/{task} TEXT"
        : isAtWork ? $"{task} is {state}; a task can be retried only after it has ended, or while it is blocked or parked."
        : TaskStateNames.IsDone(state) ? $"{task} is {state}, so it can't be retried."
        : null;

    /// <summary>Checks a command to skip a task.</summary>
    public static string? OfSkip(bool isPlanner, string state) =>
        isPlanner && state != TaskStateNames.Planned
            ? "Without its planner, the run has no plan. Retry the planner (with --guidance), or cancel the run."
            : null;

    /// <summary>Checks a command to merge a task before all other waiting tasks.</summary>
    public static string? OfMergeNext(string task, string state) =>
        state == TaskStateNames.Merging ? null : $"{task} is {state}; only a verified task that waits for its merge can be merged next.";

    /// <summary>Checks a command to promote a run, that is, to repeat its landing.</summary>
    /// <param name="isOverdue">True if no user promoted the run in time.</param>
    public static string? OfPromote(string run, string state, bool isOverdue) =>
        state is RunStateNames.Landing or RunStateNames.AwaitingPromotion || isOverdue
            ? null
            : $"{run} is {state}; only a run that is {RunStateNames.AwaitingPromotion} can be promoted.";

    /// <summary>Checks a command to land the merged work of a run.</summary>
    /// <param name="hasUnlanded">True if the run has merged work that has not landed.</param>
    /// <param name="isOverdue">True if all work is merged and no user promoted the run in time.</param>
    /// <param name="isUnreviewed">True if a review has to accept the work before it lands, and has not accepted it yet.</param>
    public static string? OfLandMerged(string run, string state, bool hasUnlanded, bool isOverdue, bool isUnreviewed = false) =>
        isOverdue ? $"All tasks of {run} are merged; 'orchestrate land {run}' restarts the landing."
        : state is not (RunStateNames.Escalated or RunStateNames.Executing)
            ? $"{run} is {state}; its merged work lands when all tasks are merged, or with this command while the run executes."
        : !hasUnlanded ? $"All merged work of {run} has already landed."
        : isUnreviewed
            ? $"The review of {run} has not accepted its merged work. The review starts when all tasks are merged, skipped or cancelled; "
                + $"'orchestrate skip {run}/{ReviewTaskDefinition.Id}' overrules the review."
        : null;

    /// <summary>Checks a command to resolve a run that is escalated or waiting for its promotion.</summary>
    public static string? OfResolve(string run, string state) =>
        state is RunStateNames.Escalated or RunStateNames.AwaitingPromotion
            ? null
            : $"{run} is {state}; only a run that is {RunStateNames.Escalated} or {RunStateNames.AwaitingPromotion} can be resolved.";

    /// <summary>Returns the sentence that rejects a user's answer because the plan is not waiting for one.</summary>
    public static string OfPlanAnswer(string state) => $"The plan is not waiting for an answer; the run is {state}.";

    /// <summary>Returns the sentence that rejects a user's answer because the task is not waiting for an approval.</summary>
    public static string OfTaskAnswer(string task, string state) => $"{task} is {state} and does not wait for an approval.";
}
