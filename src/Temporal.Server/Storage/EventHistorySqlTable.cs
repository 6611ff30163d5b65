namespace Temporal.Server.Storage;

/// <summary>
/// Table of all runs' encoded events, one row per batch. A row's key combines the run's key and the batch's first event id.
/// </summary>
internal static class EventHistorySqlTable
{
    /// <summary>Number of low-order bits of the key that hold the event id.</summary>
    public const int KeyShift = 20;

    /// <summary>Computes the key of the batch whose first event has the given id.</summary>
    public static long Key(long runKey, long eventId) => (runKey << KeyShift) | eventId;

    /// <summary>Inserts a batch.</summary>
    public static void Insert(SqliteConnection db, long runKey, long firstEventId, ReadOnlySpan<byte> events)
    {
        using var insert = db.Prepare("INSERT INTO history(key, events) VALUES(?, ?)");
        insert.Bind(Key(runKey, firstEventId)).Bind(events).Run();
    }

    /// <summary>Reads all batches of a run, each with the id of its first event, which is taken from the row's key.</summary>
    public static IReadOnlyList<(long First, byte[] Events)> Read(SqliteConnection db, long runKey) =>
        Read(db, runKey, 1, long.MaxValue, limit: -1);

    /// <summary>
    /// Reads a run's batches, from the one that contains the event <paramref name="from"/> to the last one that starts before
    /// <paramref name="before"/>.
    /// </summary>
    /// <param name="limit">Maximum number of batches; negative for no limit.</param>
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

    /// <summary>Reads the last batch of a run, or returns null if it has none.</summary>
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
