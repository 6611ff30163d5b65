namespace Orchestrator.App.Queries;

/// <summary>The check of a plan: faults, deciding gates, order and risk.</summary>
/// <param name="Name">Name of the plan in messages.</param>
/// <param name="Read">The plan with its faults.</param>
/// <param name="Gates">The gates of the project, or null outside of a repository and for an invalid plan.</param>
public sealed record PlanCheck(string Name, PlanReadResult Read, ProjectGates? Gates)
{
    /// <summary>Checks a plan.</summary>
    /// <param name="name">Name of the plan in messages.</param>
    /// <param name="plan">The plan as it was read.</param>
    /// <param name="isStrict">True to count warnings and advice as errors.</param>
    /// <param name="context">The folder and its settings.</param>
    public static PlanCheck Of(string name, PlanReadResult plan, bool isStrict, UseCaseContext context)
    {
        var read = plan.WithConflicts();
        var settings = read.Plan is null ? null : context.FindSettings();
        read = read.WithAdvice(hasFurtherGates: settings?.Gates.Task is { Count: > 0 });
        if (isStrict)
        {
            read = read.AsStrict();
        }
        return new PlanCheck(name, read, read.IsValid && settings is not null ? GatesOverview.Find(settings, context) : null);
    }

    /// <summary>The check as a document.</summary>
    public ValidateDocument ToDocument() =>
        new(
            Name,
            Read.IsValid,
            Read.TaskCount,
            [.. Read.Errors.Select(FaultEntry.Of)],
            [.. Read.Warnings.Select(FaultEntry.Of)],
            [.. Read.Advice.Select(FaultEntry.Of)],
            Gates is null ? null : DecidingGatesEntry.Of(Read.Plan!, Gates)
        );

    /// <summary>The check for users, one line each.</summary>
    public IEnumerable<string> Lines() =>
        [
            .. PlanFault.List(Read.Faults),
            .. Gates is null ? [] : GatesOverview.Lines(Read.Plan!, Gates),
            Read.IsValid
                ? $"{Name} is valid: {Plural.Of(Read.TaskCount, "task")}."
                : $"{Name} can't be run: {Plural.Of(Read.Errors.Count, "error")}.",
        ];
}

/// <summary>The check of a plan for a page.</summary>
/// <param name="Check">Faults and gates.</param>
/// <param name="Graph">The order of the tasks, or null for an invalid plan.</param>
/// <param name="Risk">Lines about the risk; none for an invalid plan.</param>
public sealed record PlanView(PlanCheck Check, GraphDocument? Graph, IReadOnlyList<string> Risk)
{
    /// <summary>Expected cost and duration by earlier runs; empty without any.</summary>
    public string Forecast { get; init; } = "";
}
