namespace Orchestrator.App.Starting;

/// <summary>Answer of the user when a run asks for approval of its plan.</summary>
public abstract record PlanAnswer
{
    /// <summary>Starts the plan's tasks.</summary>
    public sealed record Approve : PlanAnswer;

    /// <summary>Ends the run and retains the plan.</summary>
    public sealed record Reject : PlanAnswer;

    /// <summary>Ends the run and starts another one with the plan as the user edited it.</summary>
    /// <param name="Plan">The edited, valid plan.</param>
    public sealed record UseEdited(Plan Plan) : PlanAnswer;

    /// <summary>Ends the run and starts another one whose planner receives the plan and the user's comments.</summary>
    /// <param name="Plan">The rejected plan.</param>
    /// <param name="Words">Changes that the user requests.</param>
    public sealed record Revise(Plan Plan, string Words) : PlanAnswer;
}
