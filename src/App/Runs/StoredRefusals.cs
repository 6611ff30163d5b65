using Orchestrator.Messages;

namespace Orchestrator.App.Runs;

/// <summary>Determines from the run's record the reason for which a command is refused, as a sentence, or null to accept it. Used if no
/// worker runs; otherwise the run itself decides. If the record is not conclusive, the run decides later.</summary>
public static class StoredRefusals
{
    public static string? OfPause(RunStatus run, string task) =>
        StateOf(run, task) is var state
            ? SteeringRefusals.OfPause(task, state, isAtWork: state != TaskStates.Pending && !TaskStates.IsEnd(state))
            : null;

    public static string? OfRetry(RunStatus run, string task) =>
        StateOf(run, task) is var state
            ? SteeringRefusals.OfRetry(
                run.RunId,
                task,
                state,
                isAtWork: TaskStates.HoldsSlot(state) || state == TaskStates.Merging,
                run.Tasks.FirstOrDefault(t => t.Id == task)?.Answers is [.., var last] ? last : null
            )
            : null;

    public static string? OfSkip(RunStatus run, string task) =>
        SteeringRefusals.OfSkip(run.HasPlanner && task == PlannerTask.Id, StateOf(run, task));

    public static string? OfPromote(RunStatus run) => SteeringRefusals.OfPromote(run.RunId, run.State, run.PromotionOverdue);

    public static string? OfLand(RunStatus run) =>
        run.State == RunStates.Escalated && !run.PromotionOverdue
            ? $"{run.RunId} is {run.State}: with --merged what is merged of it lands, and the rest stays open."
            : OfPromote(run);

    public static string? OfLandMerged(RunStatus run) =>
        run.State == RunStates.Landing
            ? null
            : SteeringRefusals.OfLandMerged(
                run.RunId,
                run.State,
                run.Tasks.Any(t => TaskStates.IsOnStaging(t.State) && !t.Landed),
                run.PromotionOverdue,
                waitsForPeople: !run.Paused
                    && !run.Tasks.Any(t => TaskStates.HoldsSlot(t.State) || t.State is TaskStates.Merging or TaskStates.Parked)
            );

    public static string? OfResolve(RunStatus run) => SteeringRefusals.OfResolve(run.RunId, run.State);

    /// <summary>Returns the reason to refuse an approval, or null. An approval is valid even before the run requests it.</summary>
    public static string? OfApprove(RunStatus run, string id) =>
        id == RunQuestion.Plan
            ? run.State is RunStates.AwaitingApproval or RunStates.Planning or RunStates.Preparing
                ? null
                : SteeringRefusals.OfPlanAnswer(run.State)
            : StateOf(run, id) is var state && TaskStates.IsDone(state)
                ? SteeringRefusals.OfTaskAnswer(id, state)
                : null;

    public static string? OfReject(RunStatus run, string id) =>
        id == RunQuestion.Plan
            ? run.State == RunStates.AwaitingApproval
                ? null
                : SteeringRefusals.OfPlanAnswer(run.State)
            : StateOf(run, id) is var state && TaskStates.IsEnd(state) && state != TaskStates.Cancelled
                ? SteeringRefusals.OfTaskAnswer(id, state)
                : null;

    // Returns an empty state for an id that is not a task, such as that of the question about landing.
    private static string StateOf(RunStatus run, string task) => run.Tasks.FirstOrDefault(t => t.Id == task)?.State ?? "";
}
