namespace Orchestrator.Runs;

/// <summary>The goal of planning: stored in the run's folder, because every step depends on it.</summary>
internal sealed record PlanningGoal
{
    /// <summary>Options of the run's start.</summary>
    public PlanningOptions Options { get; set; } = new();

    /// <summary>Ids of the backlog tasks for the plan; null where it is not made of a backlog.</summary>
    public IReadOnlyList<string>? BacklogIds { get; init; }

    /// <summary>Commit whose files the planner sees; null: what is checked out.</summary>
    public string? Commit { get; init; }

    /// <summary>Ids that are taken by tasks of the run.</summary>
    public IReadOnlyList<string> Taken { get; set; } = [];
}

[JsonSerializable(typeof(PlanningGoal))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class PlanningGoalJson : JsonSerializerContext;
