using System.Text.Json;
using Orchestrator.Plans;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>validate --json</c>.</summary>
/// <param name="Plan">The file as it was named.</param>
/// <param name="Valid">It can be run.</param>
/// <param name="TaskCount">Tasks that were found.</param>
/// <param name="Errors">What refuses it.</param>
/// <param name="Warnings">Warnings for people.</param>
/// <param name="Advice">What could be better.</param>
/// <param name="Gates">Which gates decide; null: the plan can't be run, or belongs to no repository.</param>
public sealed record ValidateDocument(
    string Plan,
    bool Valid,
    int TaskCount,
    IReadOnlyList<FaultEntry> Errors,
    IReadOnlyList<FaultEntry> Warnings,
    IReadOnlyList<FaultEntry> Advice,
    DecidingGatesEntry? Gates
) : Document;

/// <summary>Which gates decide about a plan's work.</summary>
/// <param name="Staging">After each merge, beside those of the merged tasks.</param>
/// <param name="Tasks">By id, on the task's own tree.</param>
public sealed record DecidingGatesEntry(
    IReadOnlyList<DecidingGateEntry> Staging,
    IReadOnlyDictionary<string, IReadOnlyList<DecidingGateEntry>> Tasks
)
{
    public static DecidingGatesEntry Of(Plan plan, ProjectGates gates) =>
        new(
            [.. gates.ExplainStaging(plan).Select(DecidingGateEntry.Of)],
            plan.Tasks.ToDictionary(
                task => task.Id,
                task => (IReadOnlyList<DecidingGateEntry>)[.. gates.Explain(plan, task).Select(DecidingGateEntry.Of)]
            )
        );
}

/// <summary>A gate that decides.</summary>
/// <param name="Source"><c>task</c>, <c>configuration</c>, <c>found</c>, <c>contracts</c> or <c>integration</c>.</param>
/// <param name="Required">False: its failure is only reported.</param>
public sealed record DecidingGateEntry(string Command, string Source, bool Required)
{
    public static DecidingGateEntry Of(HoldingGate holding) =>
        new(holding.Gate.Command, holding.Source.ToString().ToLowerInvariant(), holding.Gate.Required);
}

/// <summary>A fault with its place and cure.</summary>
public sealed record FaultEntry(string Code, string File, int Line, int Column, string Field, string Message, string Cure)
{
    public static FaultEntry Of(PlanFault fault) =>
        new(fault.Code, fault.File, fault.Line, fault.Column, fault.Field, fault.Message, fault.Cure);
}

/// <summary>Answer of <c>graph --json</c>.</summary>
/// <param name="Waves">Ids by the earliest moment they could run.</param>
/// <param name="CriticalPath">The longest chain.</param>
/// <param name="Tasks">One entry per task in plan order.</param>
public sealed record GraphDocument(
    IReadOnlyList<IReadOnlyList<string>> Waves,
    IReadOnlyList<string> CriticalPath,
    IReadOnlyList<GraphEntry> Tasks
) : Document
{
    /// <summary>The order of a plan's tasks.</summary>
    public static GraphDocument Of(Plan plan)
    {
        var graph = TaskGraph.Of(plan);
        return new(
            graph.Waves,
            graph.CriticalPath,
            [.. plan.Tasks.Select(task => new GraphEntry(task.Id, graph.WaveOf(task.Id), task.DependsOn, graph.DependantsOf(task.Id)))]
        );
    }
}

/// <summary>A task in the graph.</summary>
public sealed record GraphEntry(string Id, int Wave, IReadOnlyList<string> DependsOn, IReadOnlyList<string> Blocks);

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
public sealed record PlannedDocument(
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
