using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Stores the usage history of each account, with one line per agent run, oldest first, in a file next to the ledger. When the file has
/// become large, lines older than 90 days are removed.
/// </summary>
/// <param name="folder">Absolute path of the folder that contains the ledgers.</param>
/// <param name="time">The clock.</param>
public sealed class UsageHistory(string folder, TimeProvider time)
{
    private const string Ending = ".history.jsonl";
    private const long LargeFile = 4_000_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>Creates the usage history in the user's state folder.</summary>
    /// <param name="environment">Environment of the process, which determines the user's state folder.</param>
    /// <param name="time">The clock.</param>
    public static UsageHistory Of(IReadOnlyDictionary<string, string> environment, TimeProvider time) =>
        new(new LedgerStore(environment).Folder, time);

    /// <summary>Returns the absolute path of an account's history file.</summary>
    public string PathOf(string account) => Path.Combine(folder, account + Ending);

    /// <summary>
    /// Appends the record of an agent run, unless the history already contains it because a settlement was repeated after a crash or a lost
    /// response.
    /// </summary>
    /// <returns>The record in the history, which may come from an earlier call.</returns>
    public async Task<UsageRecord> AddAsync(UsageRecord record, CancellationToken stop)
    {
        PrivateFolder.Make(folder);
        using var alone = await InterProcessFileLock.AcquireAsync(Path.Combine(folder, "history.lock"), stop);
        if (Find(record) is { } before)
        {
            return before;
        }
        var path = PathOf(record.Account);
        if (File.Exists(path) && new FileInfo(path).Length > LargeFile)
        {
            var kept = ReadFile(path).Where(one => time.GetUtcNow() - one.At < KeptFor).Select(UsageRecordSerializer.Write);
            DurableFile.Write(path, string.Concat(kept));
        }
        // Ends an incomplete last line, so that the new record starts on its own line.
        SymlinkSafeFileWriter.Append(path, (EndsInALine(path) ? "" : "\n") + UsageRecordSerializer.Write(record));
        return record;
    }

    /// <summary>Finds the stored record of an agent run. Returns null if the history contains none.</summary>
    /// <param name="record">A record with the id, account and start of the agent run to find.</param>
    public UsageRecord? Find(UsageRecord record) =>
        ReadLines(PathOf(record.Account))
            .Where(line => line.Contains(record.Id, StringComparison.Ordinal))
            .Select(UsageRecordSerializer.TryRead)
            .FirstOrDefault(record.IsSame);

    /// <summary>Reads the records of all accounts, oldest first. Unreadable lines are skipped.</summary>
    public IReadOnlyList<UsageRecord> Read() =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .GetFiles(folder, "*" + Ending)
                    .SelectMany(ReadFile)
                    .DistinctBy(record => (record.Id, record.Since))
                    .OrderBy(record => record.At),
            ]
            : [];

    private static IEnumerable<UsageRecord> ReadFile(string path) =>
        ReadLines(path).Select(UsageRecordSerializer.TryRead).OfType<UsageRecord>();

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool EndsInALine(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }
        using var file = File.OpenRead(path);
        if (file.Length == 0)
        {
            return true;
        }
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
