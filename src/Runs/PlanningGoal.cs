namespace Orchestrator.Runs;

/// <summary>What planning is for: kept in the run's folder, because every step of it depends on that.</summary>
internal sealed record PlanningGoal
{
    /// <summary>What the run's start asked for.</summary>
    public PlanningOptions Options { get; set; } = new();

    /// <summary>Ids of the backlog's tasks that the plan is to do; null where it is not made of a backlog.</summary>
    public IReadOnlyList<string>? BacklogIds { get; init; }

    /// <summary>Commit whose files the planner sees; null: what is checked out.</summary>
    public string? Commit { get; init; }

    /// <summary>Ids that no task of the plan may have, because the run has such tasks.</summary>
    public IReadOnlyList<string> Taken { get; set; } = [];
}

[JsonSerializable(typeof(PlanningGoal))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class PlanningGoalJson : JsonSerializerContext;
