namespace Orchestrator.App.Documents;

/// <summary>A page of a run's events, oldest first.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Events">The events on the page.</param>
/// <param name="Next">Cursor of the next page, or null if there is none yet.</param>
public sealed record EventsDocument(string RunId, IReadOnlyList<RunEvent> Events, string? Next) : SchemaVersionedDocument;

/// <summary>The budgets of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Cost">Cost so far in US dollars, as reported by the agents.</param>
/// <param name="Budgets">Remaining budgets and usage limits. Empty if none applies.</param>
public sealed record BudgetDocument(string RunId, decimal Cost, RunSpendingLimits Budgets) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the status of a run.</summary>
    public static BudgetDocument Of(RunStatus run) => new(run.RunId, run.Cost, run.Budgets ?? new RunSpendingLimits());
}
