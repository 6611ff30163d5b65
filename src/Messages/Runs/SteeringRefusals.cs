namespace Orchestrator.Messages;

/// <summary>Why a command of a person is refused: used by the run, and for its record where no worker runs. A sentence, or null.</summary>
public static class SteeringRefusals
{
    /// <summary>For pausing one task.</summary>
    public static string? OfPause(string task, string state, bool isAtWork) =>
        isAtWork ? null : $"{task} is {state}; only a task at work can be paused.";

    /// <summary>For retrying a task, or answering a question that is answered already.</summary>
    /// <param name="isAtWork">It is at work, and waits for nothing.</param>
    /// <param name="answered">The planner's last answer to its agent; null: none.</param>
    public static string? OfRetry(string run, string task, string state, bool isAtWork, TaskAnswer? answered) =>
        isAtWork && answered is not null
            ? $"{task} is {state}; its question was {answered}. To say otherwise to its agent: orchestrate send {run}/{task} TEXT"
        : isAtWork ? $"{task} is {state}; it can be retried when it has ended, is blocked or parked."
        : TaskStates.IsDone(state) ? $"{task} is {state}; there is nothing to retry."
        : null;

    /// <summary>For counting a task as done.</summary>
    public static string? OfSkip(bool isPlanner, string state) =>
        isPlanner && state != TaskStates.Planned
            ? "Without its planner the run has no plan. Retry it (with --guidance), or cancel the run."
            : null;

    /// <summary>For landing a run that is ready.</summary>
    /// <param name="isOverdue">It was not promoted in time.</param>
    public static string? OfPromote(string run, string state, bool isOverdue) =>
        state is RunStates.Landing or RunStates.AwaitingPromotion || isOverdue
            ? null
            : $"{run} is {state}; only a run that is {RunStates.AwaitingPromotion} can be promoted.";

    /// <summary>For landing what is merged of a run.</summary>
    /// <param name="hasUnlanded">Something is merged and has not landed.</param>
    /// <param name="isOverdue">All of it is merged, and it was not promoted in time.</param>
    /// <param name="waitsForPeople">Nothing runs, and its open tasks wait for people.</param>
    public static string? OfLandMerged(string run, string state, bool hasUnlanded, bool isOverdue, bool waitsForPeople) =>
        isOverdue ? $"All of {run} is merged; 'orchestrate promote {run}' begins its landing anew."
        : state != RunStates.Escalated && (state != RunStates.Executing || !waitsForPeople)
            ? $"{run} is {state}; what is merged lands by itself in the end, or with this command once its open tasks wait for a person."
        : !hasUnlanded ? $"Nothing of {run} is merged that has not landed."
        : null;

    /// <summary>For a resolution.</summary>
    public static string? OfResolve(string run, string state) =>
        state is RunStates.Escalated or RunStates.AwaitingPromotion
            ? null
            : $"{run} is {state}; only a run that is {RunStates.Escalated} or {RunStates.AwaitingPromotion} waits for a way out.";

    /// <summary>For an answer to a plan that waits for none.</summary>
    public static string OfPlanAnswer(string state) => $"The plan is not waiting for an answer; the run is {state}.";

    /// <summary>For an answer to a task that waits for none.</summary>
    public static string OfTaskAnswer(string task, string state) => $"{task} is {state} and waits for no approval.";
}
