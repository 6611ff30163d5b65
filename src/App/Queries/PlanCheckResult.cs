namespace Orchestrator.App.Queries;

/// <summary>Result of checking a plan, with the plan's errors and the gates that decide whether the plan's work is accepted.</summary>
/// <param name="Name">Name of the plan in messages.</param>
/// <param name="Read">The plan with its errors and warnings.</param>
/// <param name="Gates">The gates of the project. Null outside a repository, or if the plan is invalid.</param>
public sealed record PlanCheckResult(string Name, PlanReadResult Read, ProjectGates? Gates)
{
    /// <summary>Checks a plan.</summary>
    /// <param name="name">Name of the plan in messages.</param>
    /// <param name="plan">The plan as it was read.</param>
    /// <param name="isStrict">True to treat warnings and advice as errors.</param>
    /// <param name="context">Provides the folder and its settings.</param>
    public static PlanCheckResult Of(string name, PlanReadResult plan, bool isStrict, UseCaseServiceBundle context)
    {
        var read = plan.WithConflicts();
        var settings = read.Plan is null ? null : context.FindSettings();
        read = read.WithAdvice(hasFurtherGates: settings?.Gates.Task is { Count: > 0 });
        if (isStrict)
        {
            read = read.AsStrict();
        }
        return new PlanCheckResult(name, read, read.IsValid && settings is not null ? PlanGateListFormatter.Find(settings, context) : null);
    }

    /// <summary>Converts the result to the output of <c>validate --json</c>.</summary>
    public ValidateDocument ToDocument() =>
        new(
            Name,
            Read.IsValid,
            Read.TaskCount,
            [.. Read.Errors.Select(PlanFaultEntry.Of)],
            [.. Read.Warnings.Select(PlanFaultEntry.Of)],
            [.. Read.Advice.Select(PlanFaultEntry.Of)],
            Gates is null ? null : DecidingGatesEntry.Of(Read.Plan!, Gates)
        );

    /// <summary>Formats the result as lines for users.</summary>
    public IEnumerable<string> Lines() =>
        [
            .. PlanFault.List(Read.Faults),
            .. Gates is null ? [] : PlanGateListFormatter.Lines(Read.Plan!, Gates),
            Read.IsValid
                ? $"{Name} is valid: {Plural.Of(Read.TaskCount, "task")}."
                : $"{Name} can't be run: {Plural.Of(Read.Errors.Count, "error")}.",
        ];
}

/// <summary>Result of checking a plan, with additional facts for the web page.</summary>
/// <param name="Check">Errors of the plan, and the gates that decide about its work.</param>
/// <param name="Graph">The dependencies of the tasks, or null if the plan is invalid.</param>
/// <param name="Risk">Lines about the risk. Empty if the plan is invalid.</param>
public sealed record PlanAnalysisResult(PlanCheckResult Check, GraphDocument? Graph, IReadOnlyList<string> Risk)
{
    /// <summary>Expected cost and duration, based on earlier runs. Empty if there are no earlier runs.</summary>
    public string Forecast { get; init; } = "";
}
