using Google.Protobuf;

namespace Temporal.Server.Storage;

/// <summary>Table of the pending transfer tasks, which are requests from runs to other workflows or to workers.</summary>
internal static class TransferTaskSqlTable
{
    /// <summary>Highest key in use, or 0 for none.</summary>
    public static long LastKey(SqliteConnection db)
    {
        using var row = db.Prepare("SELECT max(key) FROM transfer_tasks");
        return row.Step() ? row.Integer(0) : 0;
    }

    /// <summary>Inserts a transfer task of a run.</summary>
    public static void Insert(SqliteConnection db, long key, long runKey, TransferTask task)
    {
        using var insert = db.Prepare("INSERT INTO transfer_tasks(key, run_key, data) VALUES(?, ?, ?)");
        insert.Bind(key).Bind(runKey).Bind(task.ToByteArray().AsSpan()).Run();
    }

    /// <summary>Deletes a transfer task.</summary>
    public static void Delete(SqliteConnection db, long key)
    {
        using var delete = db.Prepare("DELETE FROM transfer_tasks WHERE key = ?");
        delete.Bind(key).Run();
    }

    /// <summary>Reads all transfer tasks in the order of their creation.</summary>
    public static IReadOnlyList<(long Key, TransferTask Task)> All(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT key, data FROM transfer_tasks ORDER BY key");
        return Read(rows);
    }

    /// <summary>Reads the transfer tasks of a run in the order of their creation.</summary>
    public static IReadOnlyList<(long Key, TransferTask Task)> Of(SqliteConnection db, long runKey)
    {
        using var rows = db.Prepare("SELECT key, data FROM transfer_tasks WHERE run_key = ? ORDER BY key");
        return Read(rows.Bind(runKey));
    }

    private static List<(long Key, TransferTask Task)> Read(SqliteStatement rows)
    {
        var tasks = new List<(long, TransferTask)>();
        while (rows.Step())
        {
            tasks.Add((rows.Integer(0), TransferTask.Parser.ParseFrom(rows.Blob(1))));
        }

        return tasks;
    }
}
