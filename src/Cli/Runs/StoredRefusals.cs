using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Why a command can't be followed, by the run's record: what is said at once where nobody works on the run, which refuses it itself
/// otherwise. A sentence, or null.
/// </summary>
internal static class StoredRefusals
{
    public static string? OfPause(RunStatus run, string task) =>
        StateOf(run, task) is var state && (state == TaskStates.Pending || TaskStates.IsEnd(state))
            ? $"{task} is {state}; only a task at work can be paused."
            : null;

    public static string? OfRetry(RunStatus run, string task) =>
        StateOf(run, task) switch
        {
            var state when TaskStates.IsDone(state) => $"{task} is {state}; there is nothing to retry.",
            var state when TaskStates.HoldsSlot(state) || state == TaskStates.Merging =>
                $"{task} is {state}; it can be retried when it has ended, is blocked or parked.",
            _ => null,
        };

    public static string? OfSkip(RunStatus run, string task) =>
        run.HasPlanner && task == PlannerTask.Id && StateOf(run, task) != TaskStates.Planned
            ? "Without its planner the run has no plan. Retry it (with --guidance), or cancel the run."
            : null;

    public static string? OfPromote(RunStatus run) =>
        run.State is RunStates.Landing or RunStates.AwaitingPromotion
            ? null
            : $"{run.RunId} is {run.State}; only a run that is {RunStates.AwaitingPromotion} can be promoted.";

    public static string? OfLand(RunStatus run) =>
        run.State == RunStates.Escalated
            ? $"{run.RunId} is {run.State}: with --merged what is merged of it lands, and the rest stays open."
            : OfPromote(run);

    public static string? OfLandMerged(RunStatus run) =>
        run.State is not (RunStates.Escalated or RunStates.Landing)
            ? $"{run.RunId} is {run.State}; what is merged lands by itself, or once the run is {RunStates.Escalated} and a person says so."
        : !run.Tasks.Any(t => t.State == TaskStates.Merged && !t.Landed) ? $"Nothing of {run.RunId} is merged that has not landed."
        : null;

    public static string? OfReject(RunStatus run, string id) =>
        id == "plan"
            ? run.State == RunStates.AwaitingApproval
                ? null
                : $"The plan is not waiting for an answer; the run is {run.State}."
            : StateOf(run, id) is var state && TaskStates.IsEnd(state) && state != TaskStates.Cancelled
                ? $"{id} is {state} and waits for no approval."
                : null;

    // Empty of what is no task: the question whether to land.
    private static string StateOf(RunStatus run, string task) => run.Tasks.FirstOrDefault(t => t.Id == task)?.State ?? "";
}
