using System.Text.Json;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>validate --json</c>.</summary>
/// <param name="Plan">Plan file as the user named it.</param>
/// <param name="Valid">True if the plan can be run.</param>
/// <param name="TaskCount">Number of tasks found in the plan.</param>
/// <param name="Errors">Errors that make the plan invalid.</param>
/// <param name="Warnings">Warnings as text.</param>
/// <param name="Advice">Suggested improvements.</param>
/// <param name="Gates">Deciding gates, or null if the plan is invalid or belongs to no repository.</param>
public sealed record ValidateDocument(
    string Plan,
    bool Valid,
    int TaskCount,
    IReadOnlyList<FaultEntry> Errors,
    IReadOnlyList<FaultEntry> Warnings,
    IReadOnlyList<FaultEntry> Advice,
    DecidingGatesEntry? Gates
) : Document;

/// <summary>Gates that decide about the work of a plan.</summary>
/// <param name="Staging">Gates that run after each merge, in addition to those of the merged tasks.</param>
/// <param name="Tasks">Gates that run on a task's own tree, by task id.</param>
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

/// <summary>A gate that decides about work.</summary>
/// <param name="Source"><c>task</c>, <c>configuration</c>, <c>found</c>, <c>contracts</c> or <c>integration</c>.</param>
/// <param name="Required">False if a failure of the gate is only reported.</param>
public sealed record DecidingGateEntry(string Command, string Source, bool Required)
{
    public static DecidingGateEntry Of(EffectiveGate holding) =>
        new(holding.Gate.Command, holding.Source.ToString().ToLowerInvariant(), holding.Gate.Required);
}

/// <summary>A plan error with its location and suggested fix.</summary>
public sealed record FaultEntry(string Code, string File, int Line, int Column, string Field, string Message, string Cure)
{
    public static FaultEntry Of(PlanFault fault) =>
        new(fault.Code, fault.File, fault.Line, fault.Column, fault.Field, fault.Message, fault.Cure);
}

/// <summary>Output of <c>graph --json</c>.</summary>
/// <param name="Waves">Task ids grouped by the earliest wave in which each task could run.</param>
/// <param name="CriticalPath">Longest chain of dependent tasks.</param>
/// <param name="Tasks">One entry per task, in plan order.</param>
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

/// <summary>Output of <c>plan --json</c>.</summary>
/// <param name="Run">Id of the planning run.</param>
/// <param name="File">File that the plan was written to, as the user named it, or null if there is none.</param>
/// <param name="Attempts">Number of answers from the planner until one was valid.</param>
/// <param name="AgentStarts">Number of times that the planner was started.</param>
/// <param name="Cost">Cost in US dollars, as reported by the planner.</param>
/// <param name="TaskCount">Number of tasks in the plan.</param>
/// <param name="Waves">Task ids grouped by the earliest wave in which each task could run.</param>
/// <param name="RiskScore">Risk score of the plan.</param>
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
