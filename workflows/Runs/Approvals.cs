namespace Orchestrator.Workflows.Runs;

/// <summary>Approvals and rejections by people: of the plan (<c>plan</c>), of a task that may not start without one, of work that changed
/// what its gates check.</summary>
internal sealed class Approvals(RunState state, Steering steering)
{
    /// <summary>Why a person must approve before anything starts; empty when no approval is needed.</summary>
    /// <param name="confirmations">What preflight found that needs a yes.</param>
    public static string ReasonToAsk(RunState state, IReadOnlyList<string> confirmations)
    {
        var reasons = new List<string>();
        if (state.Input.NeedsPlanner && !state.Input.Yes)
        {
            reasons.Add($"A planner made the plan: {state.Board.Entries.Count - 1} tasks.");
        }
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
        return string.Join(" ", reasons);
    }

    /// <summary>Why a person is asked about another plan in mid-run; empty: nobody is.</summary>
    public static string ReasonToAsk(RunState state, ReplanConclusion made)
    {
        string[] reasons =
        [
            state.Input.Yes
                ? ""
                : $"Another plan was made: {made.Tasks.Count} {(made.Tasks.Count == 1 ? "task" : "tasks")} "
                    + $"({string.Join(", ", made.Tasks.Take(10).Select(t => t.Id))}).",
            made.ApprovalReason,
            state.Input.Yes ? "" : made.ReviewReason,
        ];
        return string.Join(" ", reasons.Where(reason => reason.Length > 0));
    }

    /// <summary>Why the answer is not accepted now; null where it is.</summary>
    public string? Refuse(ApprovalCommand command, bool yes)
    {
        if (Questions.RefuseOther(state, command.Shown, command.Id) is { } other)
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
            return $"{steering.NoTask(command.Id)} 'plan' is the plan itself.";
        }
        var now = task.Progress.State;
        var waits = task.AtWork ? now == TaskStates.AwaitingApproval : !task.State.Approved;
        return yes || now == TaskStates.Cancelled || waits ? null : SteeringRefusals.OfTaskAnswer(command.Id, now);
    }

    /// <summary>Applies an answer.</summary>
    public Steered Decide(ApprovalCommand command, bool yes, DateTimeOffset now)
    {
        if (command.Id == RunQuestion.Plan)
        {
            return DecidePlan(command, yes, now);
        }
        var (id, task, who) = (command.Id, state.Board.Find(command.Id), Said.By(command.By));
        if (task.AtWork && task.Progress.State == TaskStates.AwaitingApproval)
        {
            task.State = task.State with { AnswerSent = true };
            state.Journal.Note(
                id,
                task.Progress.State,
                $"{(yes ? "approved" : "rejected")} by {Said.By(command.By, command.Reason)}",
                now,
                by: who
            );
            var message =
                task.Progress.Asks is not null ? $"{id} is told; its agent goes on."
                : yes ? $"{id} is merged."
                : $"{id} is rejected and fails; 'retry' gives it back to its agent.";
            return Steered.As(message, new TaskMessage(id, t => t.DecideAsync(yes, Said.By(command.By, command.Reason))));
        }
        if (yes)
        {
            if (task.State.Approved)
            {
                return Steered.Unchanged(SteeringRefusals.OfTaskAnswer(id, task.Progress.State));
            }
            state.Board.Approve(task, $"approved by {Said.By(command.By, command.Reason)}", now, who);
            return Steered.As($"{id} is approved.");
        }
        if (task.Progress.State is TaskStates.Cancelled)
        {
            return Steered.Unchanged($"{id} is cancelled already.");
        }
        state.Board.End(task, TaskStates.Cancelled, $"rejected by {Said.By(command.By, command.Reason)}", now, who);
        return Steered.As($"{id} is rejected; what depends on it is skipped.");
    }

    private Steered DecidePlan(ApprovalCommand command, bool yes, DateTimeOffset now)
    {
        if (NeedsNoAnswer(yes))
        {
            return Steered.Unchanged("The plan needs no approval now.");
        }
        state.PlanAnswer = (yes, Said.By(command.By, command.Reason));
        state.Note($"the plan is {(yes ? "approved" : "rejected")} by {Said.By(command.By, command.Reason)}", now, Said.By(command.By));
        return Steered.As(yes ? "The plan is approved." : "The plan is rejected.");
    }

    private bool NeedsNoAnswer(bool yes) =>
        state.PlanAnswer?.Accepted == yes || (state.Run.State != RunStates.AwaitingApproval && state.PlanAnswer is null && yes);
}
