namespace Orchestrator.Runs;

/// <summary>The goal of planning. It is stored in the run's folder, because every planning step depends on it.</summary>
internal sealed record PlanningGoal
{
    /// <summary>The planning options that the run started with.</summary>
    public PlanningOptions Options { get; set; } = new();

    /// <summary>Ids of the backlog tasks to plan, or null if the planning request does not come from the backlog.</summary>
    public IReadOnlyList<string>? BacklogIds { get; init; }

    /// <summary>Hash of the commit whose files the planner reads, or null for the commit that is checked out.</summary>
    public string? Commit { get; init; }

    /// <summary>Task ids that the run already uses and that the planner must not reuse.</summary>
    public IReadOnlyList<string> Taken { get; set; } = [];
}

[JsonSerializable(typeof(PlanningGoal))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class PlanningGoalJsonContext : JsonSerializerContext;
