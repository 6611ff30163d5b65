namespace Orchestrator.App.Starting;

/// <summary>A user's answer when a run asks for approval of its plan.</summary>
public abstract record PlanApprovalAnswer
{
    /// <summary>Starts the plan's tasks.</summary>
    public sealed record PlanApprovedAnswer : PlanApprovalAnswer;

    /// <summary>Ends the run and keeps the plan.</summary>
    public sealed record PlanRejectedAnswer : PlanApprovalAnswer;

    /// <summary>Ends the run, and starts a new run with the plan that the user has edited.</summary>
    /// <param name="Plan">The edited plan, which is valid.</param>
    public sealed record EditedPlanAnswer(Plan Plan) : PlanApprovalAnswer;

    /// <summary>Ends the run, and starts a new run whose planner receives the plan and the user's comments.</summary>
    /// <param name="Plan">The rejected plan.</param>
    /// <param name="Words">Changes that the user wants.</param>
    public sealed record PlanRevisionAnswer(Plan Plan, string Words) : PlanApprovalAnswer;
}
