using Orchestrator.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.Reports;

/// <summary>Reads the budgets of runs: limits from what a run began with, what is spent from the ledgers.</summary>
/// <param name="environment">Variables of the process, which determine where ledgers lie and which account pays.</param>
/// <param name="time">The clock.</param>
public sealed class RunBudgetReader(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private readonly AccountLedgers _ledgers = new(environment);

    /// <summary>The budgets of a run now.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="shared">Ledgers that the workers of its server share; null: they were not asked for.</param>
    /// <returns>Null where they are not known: the run's start is not there, or its server has the ledgers and was not asked.</returns>
    public RunBudgets? Read(RunStatus run, RepositoryLocation repository, LedgerBook? shared = null)
    {
        OrchestratorSettings? settings;
        try
        {
            settings = RunStart.TryRead(new RunFolder(repository.Root, run.RunId))?.Settings;
        }
        catch (StepException)
        {
            // A damaged file is told of by the step that needs it.
            return null;
        }
        if (settings is null || (shared is null && settings.Temporal.Address is not null))
        {
            return null;
        }
        var account = AccountName.Of(settings.Agent, settings, environment);
        return BudgetsOfRun.Of(run, repository.Key, settings.Budget, account, shared ?? _ledgers.TryRead().Book, time);
    }
}
