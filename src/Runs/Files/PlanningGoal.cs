namespace Orchestrator.Runs;

/// <summary>The goal of planning, stored in the run's folder because every step depends on it.</summary>
internal sealed record PlanningGoal
{
    /// <summary>Planning options of the run's start.</summary>
    public PlanningOptions Options { get; set; } = new();

    /// <summary>Ids of the backlog tasks to plan, or null if the plan is not made from a backlog.</summary>
    public IReadOnlyList<string>? BacklogIds { get; init; }

    /// <summary>Commit whose files the planner reads, or null for the commit that is checked out.</summary>
    public string? Commit { get; init; }

    /// <summary>Task ids that the run already uses.</summary>
    public IReadOnlyList<string> Taken { get; set; } = [];
}

[JsonSerializable(typeof(PlanningGoal))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class PlanningGoalJson : JsonSerializerContext;
