namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Handles approvals and rejections by users. A decision concerns the plan (<c>plan</c>), a task that must be approved before it starts, or
/// work that changed the input of its own gates.
/// </summary>
internal sealed class ApprovalCommandHandler(RunWorkflowState state, SteeringCommandHandler steering)
{
    /// <summary>Returns the reason why a user must approve the plan before anything starts, or null if no approval is needed.</summary>
    /// <param name="confirmations">Preflight's findings that need confirmation.</param>
    public static Reason? ReasonToAsk(RunWorkflowState state, IReadOnlyList<string> confirmations, IReadOnlyList<string> required)
    {
        List<string> reasons = [.. required];
        var made = state.Input.NeedsPlanner && !state.Input.Yes ? state.Board.Entries.Count - 1 : (int?)null;
        if (state.Plan.ApprovalReason.Length > 0)
        {
            reasons.Add(state.Plan.ApprovalReason);
        }
        if (!state.Input.Yes)
        {
            reasons.AddRange(confirmations);
        }
        if (!state.Input.Yes && state.Plan.ReviewReason.Length > 0)
        {
            reasons.Add(state.Plan.ReviewReason);
        }
        return made is null && reasons.Count == 0 ? null : new PlanNeedsApprovalReason(made, VerbatimQuote.All(reasons));
    }

    /// <summary>Returns the reason why a plan made during the run needs an approval, or null if it needs none.</summary>
    public static Reason? ReasonToAsk(RunWorkflowState state, ReplanConclusion made)
    {
        string[] reasons = [made.ApprovalReason, state.Input.Yes ? "" : made.ReviewReason];
        var risks = VerbatimQuote.All(reasons.Where(reason => reason.Length > 0));
        return state.Input.Yes && risks.Count == 0
            ? null
            : new NewPlanNeedsApprovalReason(state.Input.Yes ? null : [.. made.Tasks.Select(task => task.Id)], risks);
    }

    /// <summary>Returns the reason why an approval or a rejection is not accepted now, or null if it is accepted.</summary>
    public string? Refuse(ApprovalDecisionArguments command, bool yes)
    {
        if (UserQuestionBuilder.RefuseOther(state, command.Shown, command.Id) is { } other)
        {
            return other;
        }
        if (command.Id == RunQuestion.Plan)
        {
            var awaited = state.PlanAnswer is null && state.Run.State == RunStateNames.AwaitingApproval;
            return NeedsNoAnswer(yes) || awaited ? null : SteeringRefusals.OfPlanAnswer(state.Run.State);
        }
        if (state.Board.TryFind(command.Id) is not { } task)
        {
            return $"{steering.NoTask(command.Id)} 'plan' stands for the plan itself.";
        }
        var now = task.Progress.State;
        var waits = task.AtWork ? now == TaskStateNames.AwaitingApproval : !task.State.Approved;
        return yes || now == TaskStateNames.Cancelled || waits ? null : SteeringRefusals.OfTaskAnswer(command.Id, now);
    }

    /// <summary>Applies a user's approval or rejection.</summary>
    public SteeringResult Decide(ApprovalDecisionArguments command, bool yes, DateTimeOffset now)
    {
        if (command.Id == RunQuestion.Plan)
        {
            return DecidePlan(command, yes, now);
        }
        var (id, task, by) = (command.Id, state.Board.Find(command.Id), DecidingUser.Of(command.By, command.Reason));
        if (task.AtWork && task.Progress.State == TaskStateNames.AwaitingApproval)
        {
            task.State = task.State with { AnswerSent = true };
            state.Journal.Note(
                id,
                task.Progress.State,
                yes ? new ApprovedByUserReason(by) : new ApprovalDeniedByUserReason(by),
                now,
                by: by.Who
            );
            var message =
                task.Progress.Asks is not null ? $"The answer was sent to {id}; its agent continues."
                : yes ? $"{id} will be merged."
                : $"{id} is rejected and fails; 'retry' starts its agent again.";
            return SteeringResult.As(message, new OutgoingTaskWorkflowSignal(id, t => t.DecideAsync(yes, by, command)));
        }
        if (yes)
        {
            if (task.State.Approved)
            {
                return SteeringResult.Unchanged(SteeringRefusals.OfTaskAnswer(id, task.Progress.State));
            }
            state.Board.Approve(task, new ApprovedByUserReason(by), now, by.Who);
            return SteeringResult.As($"{id} is approved.");
        }
        if (task.Progress.State is TaskStateNames.Cancelled)
        {
            return SteeringResult.Unchanged($"{id} is already cancelled.");
        }
        state.Board.End(task, TaskStateNames.Cancelled, new ApprovalDeniedByUserReason(by), now, by.Who);
        return SteeringResult.As($"{id} is rejected; its dependent tasks are skipped.");
    }

    private SteeringResult DecidePlan(ApprovalDecisionArguments command, bool yes, DateTimeOffset now)
    {
        if (NeedsNoAnswer(yes))
        {
            return SteeringResult.Unchanged("The plan needs no approval now.");
        }
        var by = DecidingUser.Of(command.By, command.Reason);
        state.PlanAnswer = (yes, by);
        state.Note(new PlanApprovalDecidedReason(yes, by), now, by.Who);
        return SteeringResult.As(yes ? "The plan is approved." : "The plan is rejected.");
    }

    private bool NeedsNoAnswer(bool yes) =>
        state.PlanAnswer?.Accepted == yes || (state.Run.State != RunStateNames.AwaitingApproval && state.PlanAnswer is null && yes);
}
