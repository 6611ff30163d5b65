namespace Temporal.Server.Storage;

/// <summary>The encoded events of all runs, one row per batch; a row's key holds the run's and the id of its first event.</summary>
internal static class HistoryTable
{
    /// <summary>The number of a key's bits that are the event's id.</summary>
    public const int KeyShift = 20;

    /// <summary>The key of the batch that begins with an event.</summary>
    public static long Key(long runKey, long eventId) => (runKey << KeyShift) | eventId;

    /// <summary>Adds a batch.</summary>
    public static void Insert(SqliteConnection db, long runKey, long firstEventId, ReadOnlySpan<byte> events)
    {
        using var insert = db.Prepare("INSERT INTO history(key, events) VALUES(?, ?)");
        insert.Bind(Key(runKey, firstEventId)).Bind(events).Run();
    }

    /// <summary>All batches of a run, each with the id that its key gives the first event.</summary>
    public static IReadOnlyList<(long First, byte[] Events)> Read(SqliteConnection db, long runKey) =>
        Read(db, runKey, 1, long.MaxValue, limit: -1);

    /// <summary>The batches of a run from the one that holds an event on, as far as they begin before another.</summary>
    /// <param name="limit">How many at most; negative for all.</param>
    public static IReadOnlyList<(long First, byte[] Events)> Read(SqliteConnection db, long runKey, long from, long before, int limit)
    {
        var batches = new List<(long, byte[])>();
        using var rows = db.Prepare(
            "SELECT key, events FROM history WHERE key >= (SELECT coalesce(max(key), ?) FROM history WHERE key BETWEEN ? AND ?) "
                + "AND key < ? ORDER BY key LIMIT ?"
        );
        var first = Key(runKey, 0);
        var end = before == long.MaxValue ? Key(runKey + 1, 0) : Key(runKey, before);
        rows.Bind(Key(runKey, from)).Bind(first).Bind(Key(runKey, from)).Bind(end).Bind((long)limit);
        while (rows.Step())
        {
            batches.Add((rows.Integer(0) - first, rows.Blob(1).ToArray()));
        }

        return batches;
    }

    /// <summary>The last batch of a run; null where it has none.</summary>
    public static byte[]? Last(SqliteConnection db, long runKey)
    {
        using var row = db.Prepare("SELECT events FROM history WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT 1");
        return row.Bind(Key(runKey, 0)).Bind(Key(runKey + 1, 0)).Step() ? row.Blob(0).ToArray() : null;
    }

    /// <summary>Deletes all events of a run.</summary>
    public static void Delete(SqliteConnection db, long runKey)
    {
        using var delete = db.Prepare("DELETE FROM history WHERE key >= ? AND key < ?");
        delete.Bind(Key(runKey, 0)).Bind(Key(runKey + 1, 0)).Run();
    }
}
