namespace Orchestrator.Messages;

/// <summary>
/// Checks users' commands against the recorded status of a run that no worker is serving. Returns null if the recorded status gives no
/// reason to refuse the command. The run itself then decides.
/// </summary>
internal static class WorkerlessRunCommandValidator
{
    public static string? OfPause(RunStatus run, string task) =>
        StateOf(run, task) is var state
            ? SteeringRefusals.OfPause(task, state, isAtWork: state != TaskStateNames.Pending && !TaskStateNames.IsEnd(state))
            : null;

    public static string? OfRetry(RunStatus run, string task) =>
        StateOf(run, task) is var state
            ? SteeringRefusals.OfRetry(
                run.RunId,
                task,
                state,
                isAtWork: TaskStateNames.HoldsSlot(state) || state == TaskStateNames.Merging,
                run.Tasks.FirstOrDefault(t => t.Id == task)?.Answers is [.., var last] ? last : null
            )
            : null;

    public static string? OfSkip(RunStatus run, string task) =>
        SteeringRefusals.OfSkip(run.HasPlanner && task == PlannerTaskDefinition.Id, StateOf(run, task));

    public static string? OfMergeNext(RunStatus run, string task) => SteeringRefusals.OfMergeNext(task, StateOf(run, task));

    public static string? OfPromote(RunStatus run) =>
        run.State == RunStateNames.Escalated && !run.PromotionOverdue
            ? $"{run.RunId} is {run.State}; 'orchestrate land {run.RunId} --merged' lands its merged work, and the rest stays open."
            : SteeringRefusals.OfPromote(run.RunId, run.State, run.PromotionOverdue);

    public static string? OfLandMerged(RunStatus run) =>
        run.State == RunStateNames.Landing
            ? null
            : SteeringRefusals.OfLandMerged(
                run.RunId,
                run.State,
                run.Tasks.Any(t => TaskStateNames.IsOnStaging(t.State) && !t.Landed),
                run.PromotionOverdue
            );

    public static string? OfResolve(RunStatus run) => SteeringRefusals.OfResolve(run.RunId, run.State);

    /// <summary>
    /// Returns the reason to refuse an approval, or null if there is none. A user may approve before the run requests the approval.
    /// </summary>
    public static string? OfApprove(RunStatus run, string id) =>
        id == RunQuestion.Plan
            ? run.State is RunStateNames.AwaitingApproval or RunStateNames.Planning or RunStateNames.Preparing
                ? null
                : SteeringRefusals.OfPlanAnswer(run.State)
            : StateOf(run, id) is var state && TaskStateNames.IsDone(state)
                ? SteeringRefusals.OfTaskAnswer(id, state)
                : null;

    public static string? OfReject(RunStatus run, string id) =>
        id == RunQuestion.Plan
            ? run.State == RunStateNames.AwaitingApproval
                ? null
                : SteeringRefusals.OfPlanAnswer(run.State)
            : StateOf(run, id) is var state && TaskStateNames.IsEnd(state) && state != TaskStateNames.Cancelled
                ? SteeringRefusals.OfTaskAnswer(id, state)
                : null;

    // Returns an empty state if the id is not that of a task, but of a question such as the one about landing.
    private static string StateOf(RunStatus run, string task) => run.Tasks.FirstOrDefault(t => t.Id == task)?.State ?? "";

    /// <summary>
    /// Returns the reason to refuse a new limit that does not exceed the recorded spending, or null if there is none. Checks only tasks
    /// that are waiting for the budget, because the current spending is known only to the account ledgers.
    /// </summary>
    public static string? OfRaise(RunStatus run, RaiseBudgetArguments command)
    {
        var waiting = run.Tasks.FirstOrDefault(task =>
            task is { State: TaskStateNames.Parked, Why: BudgetUsedUpReason { Budget.Kind: var kind } }
            && kind == command.Kind
            && (command.Task.Length == 0 || task.Id == command.Task)
        );
        return
            waiting?.Why is BudgetUsedUpReason { Budget: var budget }
            && (command.Usd <= budget.SpentUsd || command.Tokens <= budget.SpentTokens)
            ? $"{BudgetText.Of(budget)}. Specify a higher limit."
            : null;
    }
}
