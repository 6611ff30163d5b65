namespace Orchestrator.Runs.Reports;

/// <summary>Describes how the cost of a run's tasks is divided among the accounts that paid.</summary>
internal static class AccountCostShares
{
    /// <summary>
    /// Lists the accounts with the cost that each paid, largest first. Empty if one account paid for everything or no paying account is
    /// recorded.
    /// </summary>
    public static string Of(RunStatus run, RunFolder folder)
    {
        var payers = run
            .Tasks.SelectMany(task => AttemptLanguageModelReader.NotesOf(folder.Path, task.Id))
            .Where(notes => notes.Account.Length > 0)
            .GroupBy(notes => notes.Account)
            .Select(group => (Account: group.Key, Cost: group.Sum(notes => notes.Cost), Starts: group.Count()))
            .OrderByDescending(payer => payer.Cost)
            .ThenBy(payer => payer.Account, StringComparer.Ordinal)
            .ToList();
        return payers.Count < 2 ? "" : string.Join(", ", payers.Select(Describe));
    }

    private static string Describe((string Account, decimal Cost, int Starts) payer) =>
        string.Create(CultureInfo.InvariantCulture, $"{payer.Account} {payer.Cost:0.00} USD ({Plural.Of(payer.Starts, "start")})");
}
