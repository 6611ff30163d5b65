using System.Text.Json;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>graph --json</c>.</summary>
/// <param name="Waves">Ids by the earliest moment they could run.</param>
/// <param name="CriticalPath">The longest chain.</param>
/// <param name="Tasks">One entry per task in plan order.</param>
internal sealed record GraphDocument(
    IReadOnlyList<IReadOnlyList<string>> Waves,
    IReadOnlyList<string> CriticalPath,
    IReadOnlyList<GraphEntry> Tasks
) : Document;

/// <summary>A task in the graph.</summary>
internal sealed record GraphEntry(string Id, int Wave, IReadOnlyList<string> DependsOn, IReadOnlyList<string> Blocks);

/// <summary>Answer of <c>plan --json</c>.</summary>
/// <param name="Run">Id under which it was planned.</param>
/// <param name="File">The file it was written to, as it was named; null for none.</param>
/// <param name="Attempts">Answers of the planner until one was right.</param>
/// <param name="AgentStarts">Starts of the planner.</param>
/// <param name="Cost">US dollars, as the planner reported them.</param>
/// <param name="TaskCount">Tasks of the plan.</param>
/// <param name="Waves">Ids by the earliest moment they could run.</param>
/// <param name="RiskScore">The plan's risk score.</param>
/// <param name="Plan">The plan as a task graph with all values.</param>
internal sealed record PlannedDocument(
    string Run,
    string? File,
    int Attempts,
    int AgentStarts,
    decimal Cost,
    int TaskCount,
    IReadOnlyList<IReadOnlyList<string>> Waves,
    int RiskScore,
    JsonElement Plan
) : Document;
