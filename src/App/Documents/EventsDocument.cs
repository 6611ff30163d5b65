namespace Orchestrator.App.Documents;

/// <summary>A page of a run's transitions, the oldest first.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Events">The transitions.</param>
/// <param name="Next">Cursor of the next page, or null if there is none yet.</param>
public sealed record EventsDocument(string RunId, IReadOnlyList<RunEvent> Events, string? Next) : Document;

/// <summary>Budgets of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Cost">Cost so far in US dollars, as reported by the agents.</param>
/// <param name="Budgets">Remaining budgets and usage limits; without entries if none applies.</param>
public sealed record BudgetDocument(string RunId, decimal Cost, RunBudgets Budgets) : Document
{
    /// <summary>Returns the budgets of a run's status.</summary>
    public static BudgetDocument Of(RunStatus run) => new(run.RunId, run.Cost, run.Budgets ?? new RunBudgets());
}
