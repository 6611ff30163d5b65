namespace Temporal.Server.Storage;

/// <summary>Identifies a run by the key of its rows and by the ids that clients use.</summary>
internal sealed record RunIdentity(long Key, string NamespaceId, string WorkflowId, string RunId);

/// <summary>The content of a run's row, without the run's ids.</summary>
/// <param name="NextDue">Time of the run's next change that depends on time alone, in ms since 1970, or null for never.</param>
/// <param name="Dispatch">True if a task of the run waits in a queue.</param>
/// <param name="ClosedAt">Close time in ms since 1970, or null while the run is open.</param>
/// <param name="State">An encoded <see cref="RunRecord"/>.</param>
internal sealed record RunRow(bool Open, long? NextDue, bool Dispatch, long? ClosedAt, byte[] State);

/// <summary>Tables that contain all runs and, for each workflow id, its current run.</summary>
internal static class WorkflowRunSqlTable
{
    private const string Names = "r.key, r.namespace, r.workflow_id, r.run_id";
    private const string Columns = Names + ", r.open, r.next_due, r.dispatch, r.closed_at, r.state";

    /// <summary>Highest key in use, or 0 for none.</summary>
    public static long LastKey(SqliteConnection db)
    {
        using var row = db.Prepare("SELECT max(key) FROM runs");
        return row.Step() ? row.Integer(0) : 0;
    }

    /// <summary>Finds the current run of a workflow id, or returns null if the id was never used.</summary>
    public static (RunIdentity Name, RunRow Row)? FindCurrent(SqliteConnection db, string namespaceId, string workflowId)
    {
        using var row = db.Prepare(
            $"SELECT {Columns} FROM current_runs c JOIN runs r ON r.key = c.run_key WHERE c.namespace = ? AND c.workflow_id = ?"
        );
        return row.Bind(namespaceId).Bind(workflowId).Step() ? (ReadName(row), ReadRow(row)) : null;
    }

    /// <summary>Finds a run by its id, or returns null if it does not exist.</summary>
    public static (RunIdentity Name, RunRow Row)? Find(SqliteConnection db, string namespaceId, string workflowId, string runId)
    {
        using var row = db.Prepare($"SELECT {Columns} FROM runs r WHERE r.namespace = ? AND r.workflow_id = ? AND r.run_id = ?");
        return row.Bind(namespaceId).Bind(workflowId).Bind(runId).Step() ? (ReadName(row), ReadRow(row)) : null;
    }

    /// <summary>Reads the row of an existing run.</summary>
    public static RunRow Read(SqliteConnection db, long key)
    {
        using var row = db.Prepare($"SELECT {Columns} FROM runs r WHERE r.key = ?");
        _ = row.Bind(key).Step();
        return ReadRow(row);
    }

    /// <summary>Enumerates all runs in the order of their creation. Reads rows lazily.</summary>
    public static IEnumerable<RunIdentity> All(SqliteConnection db)
    {
        using var rows = db.Prepare($"SELECT {Names} FROM runs r ORDER BY r.key");
        while (rows.Step())
        {
            yield return ReadName(rows);
        }
    }

    /// <summary>Lists the runs with a pending timer, timeout or other timed change, each with its due time in ms since 1970.</summary>
    public static IReadOnlyList<(RunIdentity Name, long Due)> Due(SqliteConnection db)
    {
        var due = new List<(RunIdentity, long)>();
        using var rows = db.Prepare($"SELECT {Names}, r.next_due FROM runs r WHERE r.next_due IS NOT NULL");
        while (rows.Step())
        {
            due.Add((ReadName(rows), rows.Integer(4)));
        }

        return due;
    }

    /// <summary>Lists the runs that have a task in a task queue.</summary>
    public static IReadOnlyList<RunIdentity> Waiting(SqliteConnection db)
    {
        var waiting = new List<RunIdentity>();
        using var rows = db.Prepare($"SELECT {Names} FROM runs r WHERE r.dispatch <> 0");
        while (rows.Step())
        {
            waiting.Add(ReadName(rows));
        }

        return waiting;
    }

    /// <summary>Lists a namespace's runs that closed before a time (ms since 1970), oldest first.</summary>
    public static IReadOnlyList<RunIdentity> ClosedBefore(SqliteConnection db, string namespaceId, long before, int limit)
    {
        var closed = new List<RunIdentity>();
        using var rows = db.Prepare($"SELECT {Names} FROM runs r WHERE r.closed_at < ? AND r.namespace = ? ORDER BY r.closed_at LIMIT ?");
        rows.Bind(before).Bind(namespaceId).Bind((long)limit);
        while (rows.Step())
        {
            closed.Add(ReadName(rows));
        }

        return closed;
    }

    /// <summary>Inserts the row of a run. Does not make the run the current run of its workflow id.</summary>
    public static void Insert(SqliteConnection db, RunIdentity name, RunRow row)
    {
        using var insert = db.Prepare(
            "INSERT INTO runs(open, next_due, dispatch, closed_at, state, key, namespace, workflow_id, run_id) VALUES(?, ?, ?, ?, "
                + "?, ?, ?, ?, ?)"
        );
        Bind(insert, row).Bind(name.Key).Bind(name.NamespaceId).Bind(name.WorkflowId).Bind(name.RunId).Run();
    }

    /// <summary>Replaces the row of a run.</summary>
    public static void Update(SqliteConnection db, long key, RunRow row)
    {
        using var update = db.Prepare("UPDATE runs SET open = ?, next_due = ?, dispatch = ?, closed_at = ?, state = ? WHERE key = ?");
        Bind(update, row).Bind(key).Run();
    }

    /// <summary>Makes a run the current run of its workflow id.</summary>
    public static void SetCurrent(SqliteConnection db, RunIdentity name)
    {
        using var set = db.Prepare("INSERT OR REPLACE INTO current_runs(namespace, workflow_id, run_key) VALUES(?, ?, ?)");
        set.Bind(name.NamespaceId).Bind(name.WorkflowId).Bind(name.Key).Run();
    }

    /// <summary>Deletes a run with its history and its other rows. Its transfer tasks are kept until they are done.</summary>
    public static void Delete(SqliteConnection db, RunIdentity name)
    {
        using (var current = db.Prepare("DELETE FROM current_runs WHERE namespace = ? AND workflow_id = ? AND run_key = ?"))
        {
            current.Bind(name.NamespaceId).Bind(name.WorkflowId).Bind(name.Key).Run();
        }

        OpenWorkflowStateSqlTable.DeleteAll(db, name.Key);
        EventHistorySqlTable.Delete(db, name.Key);
        using var run = db.Prepare("DELETE FROM runs WHERE key = ?");
        run.Bind(name.Key).Run();
    }

    private static SqliteStatement Bind(SqliteStatement statement, RunRow row) =>
        statement.Bind(row.Open ? 1L : 0L).Bind(row.NextDue).Bind(row.Dispatch ? 1L : 0L).Bind(row.ClosedAt).Bind(row.State.AsSpan());

    private static RunIdentity ReadName(SqliteStatement row) => new(row.Integer(0), row.Text(1), row.Text(2), row.Text(3));

    private static RunRow ReadRow(SqliteStatement row) =>
        new(
            row.Integer(4) != 0,
            row.IsNull(5) ? null : row.Integer(5),
            row.Integer(6) != 0,
            row.IsNull(7) ? null : row.Integer(7),
            row.Blob(8).ToArray()
        );
}
