using Orchestrator.Plans;

namespace Orchestrator.Documents;

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
