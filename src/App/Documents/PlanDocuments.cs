using System.Text.Json;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>validate --json</c>.</summary>
/// <param name="Plan">Path of the plan file, in the form that the user gave.</param>
/// <param name="Valid">True if the plan can be run.</param>
/// <param name="TaskCount">Number of tasks that were found in the plan.</param>
/// <param name="Errors">Errors that make the plan invalid.</param>
/// <param name="Warnings">Warnings, one sentence each.</param>
/// <param name="Advice">Suggestions for a better plan.</param>
/// <param name="Gates">Gates that decide about the work. Null if the plan is invalid or belongs to no repository.</param>
public sealed record ValidateDocument(
    string Plan,
    bool Valid,
    int TaskCount,
    IReadOnlyList<PlanFaultEntry> Errors,
    IReadOnlyList<PlanFaultEntry> Warnings,
    IReadOnlyList<PlanFaultEntry> Advice,
    DecidingGatesEntry? Gates
) : SchemaVersionedDocument;

/// <summary>The gates that decide whether the work of a plan is accepted.</summary>
/// <param name="Staging">Gates that are run after each merge, in addition to those of the merged tasks.</param>
/// <param name="Tasks">Gates that are run on the work of a single task, by the id of the task.</param>
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

/// <summary>A gate whose result decides whether work is accepted.</summary>
/// <param name="Source">Source of the gate, which is <c>task</c>, <c>configuration</c>, <c>found</c>, <c>contracts</c> or
/// <c>integration</c>.</param>
/// <param name="Required">True if a failure rejects the work. False if it is only reported.</param>
public sealed record DecidingGateEntry(string Command, string Source, bool Required)
{
    public static DecidingGateEntry Of(EffectiveGate holding) =>
        new(holding.Gate.Command, holding.Source.ToString().ToLowerInvariant(), holding.Gate.Required);
}

/// <summary>An error in a plan, with its location and remedy.</summary>
public sealed record PlanFaultEntry(string Code, string File, int Line, int Column, string Field, string Message, string Cure)
{
    public static PlanFaultEntry Of(PlanFault fault) =>
        new(fault.Code, fault.File, fault.Line, fault.Column, fault.Field, fault.Message, fault.Cure);
}

/// <summary>Output of <c>validate --view graph --json</c>.</summary>
/// <param name="Waves">Ids of the tasks, grouped by the earliest wave in which each task can be executed.</param>
/// <param name="CriticalPath">Ids of the tasks in the longest chain of dependencies.</param>
/// <param name="Tasks">One entry per task, in the order of the plan.</param>
public sealed record GraphDocument(
    IReadOnlyList<IReadOnlyList<string>> Waves,
    IReadOnlyList<string> CriticalPath,
    IReadOnlyList<TaskGraphEntry> Tasks
) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the tasks and dependencies of a plan.</summary>
    public static GraphDocument Of(Plan plan)
    {
        var graph = TaskGraph.Of(plan);
        return new(
            graph.Waves,
            graph.CriticalPath,
            [.. plan.Tasks.Select(task => new TaskGraphEntry(task.Id, graph.WaveOf(task.Id), task.DependsOn, graph.DependantsOf(task.Id)))]
        );
    }
}

/// <summary>A task in the dependency graph.</summary>
public sealed record TaskGraphEntry(string Id, int Wave, IReadOnlyList<string> DependsOn, IReadOnlyList<string> Blocks);

/// <summary>Output of <c>plan --json</c>.</summary>
/// <param name="Run">Id of the planning run.</param>
/// <param name="File">Path of the file to which the plan was written, in the form that the user gave, or null if there is none.</param>
/// <param name="Attempts">Number of answers that the planner needed for a valid plan.</param>
/// <param name="AgentStarts">Number of times that the planner was started.</param>
/// <param name="Cost">Cost in US dollars, as reported by the planner.</param>
/// <param name="TaskCount">Number of tasks in the plan.</param>
/// <param name="Waves">Ids of the tasks, grouped by the earliest wave in which each task can be executed.</param>
/// <param name="RiskScore">Risk score of the plan.</param>
/// <param name="Plan">The complete plan as JSON, including default values.</param>
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
) : SchemaVersionedDocument;
