namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Handles approvals and rejections by users. The subject is the plan (<c>plan</c>), a task that must be approved before it starts, or work
/// that changed the input of its gates.
/// </summary>
internal sealed class ApprovalHandler(RunState state, SteeringCommandHandler steering)
{
    /// <summary>Returns the reason why a user must approve the plan before anything starts, or null if no approval is needed.</summary>
    /// <param name="confirmations">Preflight's findings that need confirmation.</param>
    public static Reason? ReasonToAsk(RunState state, IReadOnlyList<string> confirmations, IReadOnlyList<string> required)
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
        return made is null && reasons.Count == 0 ? null : new PlanNeedsApproval(made, Quote.All(reasons));
    }

    /// <summary>Returns the reason why a plan made during the run needs an approval, or null if it needs none.</summary>
    public static Reason? ReasonToAsk(RunState state, ReplanConclusion made)
    {
        string[] reasons = [made.ApprovalReason, state.Input.Yes ? "" : made.ReviewReason];
        var risks = Quote.All(reasons.Where(reason => reason.Length > 0));
        return state.Input.Yes && risks.Count == 0
            ? null
            : new NewPlanNeedsApproval(state.Input.Yes ? null : [.. made.Tasks.Select(task => task.Id)], risks);
    }

    /// <summary>Returns the reason why an answer is not accepted now, or null if it is accepted.</summary>
    public string? Refuse(ApprovalCommand command, bool yes)
    {
        if (UserQuestionBuilder.RefuseOther(state, command.Shown, command.Id) is { } other)
        {
            return other;
        }
        if (command.Id == RunQuestion.Plan)
        {
            var awaited = state.PlanAnswer is null && state.Run.State == RunStates.AwaitingApproval;
            return NeedsNoAnswer(yes) || awaited ? null : SteeringRefusals.OfPlanAnswer(state.Run.State);
        }
        if (state.Board.TryFind(command.Id) is not { } task)
        {
            return $"{steering.NoTask(command.Id)} 'plan' stands for the plan itself.";
        }
        var now = task.Progress.State;
        var waits = task.AtWork ? now == TaskStates.AwaitingApproval : !task.State.Approved;
        return yes || now == TaskStates.Cancelled || waits ? null : SteeringRefusals.OfTaskAnswer(command.Id, now);
    }

    /// <summary>Applies a user's approval or rejection.</summary>
    public SteeringResult Decide(ApprovalCommand command, bool yes, DateTimeOffset now)
    {
        if (command.Id == RunQuestion.Plan)
        {
            return DecidePlan(command, yes, now);
        }
        var (id, task, by) = (command.Id, state.Board.Find(command.Id), Person.Of(command.By, command.Reason));
        if (task.AtWork && task.Progress.State == TaskStates.AwaitingApproval)
        {
            task.State = task.State with { AnswerSent = true };
            state.Journal.Note(id, task.Progress.State, yes ? new Approved(by) : new Rejected(by), now, by: by.Who);
            var message =
                task.Progress.Asks is not null ? $"The answer was sent to {id}; its agent continues."
                : yes ? $"{id} will be merged."
                : $"{id} is rejected and fails; 'retry' starts its agent again.";
            return SteeringResult.As(message, new TaskMessage(id, t => t.DecideAsync(yes, by, command)));
        }
        if (yes)
        {
            if (task.State.Approved)
            {
                return SteeringResult.Unchanged(SteeringRefusals.OfTaskAnswer(id, task.Progress.State));
            }
            state.Board.Approve(task, new Approved(by), now, by.Who);
            return SteeringResult.As($"{id} is approved.");
        }
        if (task.Progress.State is TaskStates.Cancelled)
        {
            return SteeringResult.Unchanged($"{id} is already cancelled.");
        }
        state.Board.End(task, TaskStates.Cancelled, new Rejected(by), now, by.Who);
        return SteeringResult.As($"{id} is rejected; its dependent tasks are skipped.");
    }

    private SteeringResult DecidePlan(ApprovalCommand command, bool yes, DateTimeOffset now)
    {
        if (NeedsNoAnswer(yes))
        {
            return SteeringResult.Unchanged("The plan needs no approval now.");
        }
        var by = Person.Of(command.By, command.Reason);
        state.PlanAnswer = (yes, by);
        state.Note(new PlanDecided(yes, by), now, by.Who);
        return SteeringResult.As(yes ? "The plan is approved." : "The plan is rejected.");
    }

    private bool NeedsNoAnswer(bool yes) =>
        state.PlanAnswer?.Accepted == yes || (state.Run.State != RunStates.AwaitingApproval && state.PlanAnswer is null && yes);
}
