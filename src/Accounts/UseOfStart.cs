namespace Orchestrator.Accounts;

/// <summary>Record of the use of one agent run, written once into the user's history before a ledger books it. Every repetition of a
/// settlement books the sum of this record, so ledger and history agree wherever it was killed.</summary>
public static class UseOfStart
{
    private const string FileName = "use.json";

    /// <summary>Writes the record where there is none, and the line of the history.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <param name="id">Id of the agent run.</param>
    /// <param name="make">Makes the record.</param>
    /// <param name="history">The user's history.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The record that counts.</returns>
    public static async Task<UsageRecord> WriteDownAsync(
        string folder,
        string id,
        Func<UsageRecord> make,
        UsageHistory history,
        CancellationToken stop
    )
    {
        // Agents may write to the folder: it tells which line of the history is this agent run's, and the line tells the use.
        var path = Path.Combine(folder, FileName);
        if (
            DurableFile.TryRead(path) is { } text
            && UsageRecords.TryRead(text.Trim()) is { } known
            && known.Id == id
            && Path.GetFileName(known.Account) == known.Account
            && history.Find(known) is { } written
        )
        {
            return written;
        }
        var record = make();
        DurableFile.Write(path, UsageRecords.Write(record));
        return await history.AddAsync(record, stop);
    }
}
