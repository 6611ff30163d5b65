using Orchestrator.Plans;

namespace Orchestrator.App.Starting;

/// <summary>The user's answer to the question of a run whether it may begin with its plan.</summary>
public abstract record PlanAnswer
{
    /// <summary>The run begins with the plan.</summary>
    public sealed record Yes : PlanAnswer;

    /// <summary>The run ends; the plan is kept.</summary>
    public sealed record No : PlanAnswer;

    /// <summary>The run ends, and one of the plan as the person has edited it begins.</summary>
    /// <param name="Plan">The plan, valid.</param>
    public sealed record Edited(Plan Plan) : PlanAnswer;

    /// <summary>The run ends, and one begins whose planner knows the plan and what the person says of it.</summary>
    /// <param name="Plan">The plan that was not good enough.</param>
    /// <param name="Words">What should be otherwise.</param>
    public sealed record Otherwise(Plan Plan, string Words) : PlanAnswer;
}
