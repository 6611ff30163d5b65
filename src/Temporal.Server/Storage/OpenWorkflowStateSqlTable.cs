namespace Temporal.Server.Storage;

/// <summary>
/// Table of the state of open runs that their events do not contain: activities, buffered events, and request ids of signals.
/// </summary>
internal static class OpenWorkflowStateSqlTable
{
    /// <summary>
    /// Kind of the rows that contain an <see cref="ActivityRecord"/>, each identified by the activity's scheduled event id.
    /// </summary>
    public const int ActivityKind = 1;

    /// <summary>Kind of the rows that contain a buffered event, each identified by the event's position in the buffer.</summary>
    public const int BufferedKind = 2;

    /// <summary>Kind of the rows that represent a received signal, each identified by the signal's request id.</summary>
    public const int SignalKind = 3;

    /// <summary>Inserts or replaces a row.</summary>
    public static void Put(SqliteConnection db, long runKey, int kind, string id, ReadOnlySpan<byte> data)
    {
        using var put = db.Prepare("INSERT OR REPLACE INTO extras(run_key, kind, id, data) VALUES(?, ?, ?, ?)");
        put.Bind(runKey).Bind((long)kind).Bind(id).Bind(data).Run();
    }

    /// <summary>Reads the rows of a run, ordered by kind and id.</summary>
    public static IReadOnlyList<(int Kind, string Id, byte[] Data)> Read(SqliteConnection db, long runKey)
    {
        var extras = new List<(int, string, byte[])>();
        using var rows = db.Prepare("SELECT kind, id, data FROM extras WHERE run_key = ? ORDER BY kind, id");
        rows.Bind(runKey);
        while (rows.Step())
        {
            extras.Add(((int)rows.Integer(0), rows.Text(1), rows.Blob(2).ToArray()));
        }

        return extras;
    }

    /// <summary>Deletes one row.</summary>
    public static void Delete(SqliteConnection db, long runKey, int kind, string id)
    {
        using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ? AND kind = ? AND id = ?");
        delete.Bind(runKey).Bind((long)kind).Bind(id).Run();
    }

    /// <summary>Deletes a run's rows of one kind.</summary>
    public static void DeleteKind(SqliteConnection db, long runKey, int kind)
    {
        using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ? AND kind = ?");
        delete.Bind(runKey).Bind((long)kind).Run();
    }

    /// <summary>Deletes all rows of a run.</summary>
    public static void DeleteAll(SqliteConnection db, long runKey)
    {
        using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ?");
        delete.Bind(runKey).Run();
    }
}
