using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Writes the usage record of an agent run to the user's history before the usage is charged to a ledger. A repeated settlement uses the
/// same record, so the amount does not change. The ledger and the history therefore agree after a crash at any point.
/// </summary>
public static class UsageRecordWriter
{
    private const string FileName = "use.json";

    /// <summary>Writes the usage record and its history line, unless they already exist.</summary>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    /// <param name="id">Id of the agent run.</param>
    /// <param name="make">Creates the record if none exists.</param>
    /// <param name="history">The user's history.</param>
    /// <param name="stop">Cancels the operation.</param>
    /// <returns>The record in the history, which may come from an earlier call.</returns>
    public static async Task<UsageRecord> WriteDownAsync(
        string folder,
        string id,
        Func<UsageRecord> make,
        UsageHistory history,
        CancellationToken stop
    )
    {
        // Agents can write to this folder. Its file therefore only tells which history line to read, and the usage comes from that line.
        var path = Path.Combine(folder, FileName);
        if (
            DurableFile.TryRead(path) is { } text
            && UsageRecordSerializer.TryRead(text.Trim()) is { } known
            && known.Id == id
            && Path.GetFileName(known.Account) == known.Account
            && history.Find(known) is { } written
        )
        {
            return written;
        }
        var record = make();
        DurableFile.Write(path, UsageRecordSerializer.Write(record));
        return await history.AddAsync(record, stop);
    }
}
