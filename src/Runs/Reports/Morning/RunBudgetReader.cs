using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Reads the budgets of runs. The limits come from the run's start settings, and the spending comes from the accounts' ledgers.
/// </summary>
/// <param name="environment">Environment variables of this process. They determine the folder of the ledgers and the account that
/// pays.</param>
/// <param name="time">The clock.</param>
public sealed class RunBudgetReader(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private readonly LedgerStore _ledgers = new(environment);

    /// <summary>Reads the current budgets of a run.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="root">Absolute path of the run's repository.</param>
    /// <param name="key">Key of the run's repository.</param>
    /// <param name="shared">Ledgers that the workers of the run's server share, or null if they were not requested.</param>
    /// <returns>The budgets. Null if the run's start settings are missing, or if the ledgers are on the server and were not
    /// requested.</returns>
    public RunSpendingLimits? Read(RunStatus run, string root, string key, AccountLedgerSet? shared = null)
    {
        OrchestratorSettings? settings;
        try
        {
            settings = RunStartSettings.TryRead(new RunFolder(root, run.RunId))?.Settings;
        }
        catch (RunStepFailedException)
        {
            // The step that needs the damaged file reports it.
            return null;
        }
        if (settings is null || (shared is null && settings.Temporal.Address is not null))
        {
            return null;
        }
        var account = AccountName.Of(settings.Agent, settings, environment);
        return RunBudgetLedgerReader.Of(run, key, settings.Budget, account, shared ?? _ledgers.TryRead().Book, time);
    }
}
