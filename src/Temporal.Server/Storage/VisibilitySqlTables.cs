using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Storage;

/// <summary>Tables for listing and counting runs, with one row per run and one row per value of a search attribute.</summary>
internal static class VisibilitySqlTables
{
    /// <summary>Sort key of all open runs, which places them before closed runs.</summary>
    private const long Open = long.MaxValue;

    private const string Columns =
        "r.workflow_id, r.run_id, r.workflow_type, r.start_time, r.execution_time, r.close_time, r.status, r.task_queue, "
        + "r.history_length, r.history_size, "
        + "r.state_transitions, r.parent_workflow_id, r.parent_run_id, r.root_workflow_id, r.root_run_id, r.memo, "
        + "r.search_attributes, r.sort_time, r.execution_duration";

    /// <summary>Migration scripts, one per version of these tables.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
            CREATE TABLE visibility(
                key INTEGER PRIMARY KEY, namespace TEXT NOT NULL, workflow_id TEXT NOT NULL, run_id TEXT NOT NULL, division TEXT,
                workflow_type TEXT NOT NULL,
                task_queue TEXT NOT NULL, status INTEGER NOT NULL, sort_time INTEGER NOT NULL, start_time INTEGER NOT NULL,
                execution_time INTEGER NOT NULL, close_time INTEGER,
                execution_duration INTEGER, history_length INTEGER, history_size INTEGER, state_transitions INTEGER,
                parent_workflow_id TEXT, parent_run_id TEXT, root_workflow_id TEXT NOT NULL, root_run_id TEXT NOT NULL,
                memo BLOB NOT NULL, search_attributes BLOB NOT NULL);
            CREATE UNIQUE INDEX visibility_run ON visibility(namespace, workflow_id, run_id);
            CREATE INDEX visibility_order ON visibility(namespace, division, sort_time DESC, start_time DESC, run_id);
            CREATE INDEX visibility_status ON visibility(namespace, division, status, workflow_type, sort_time DESC,
                start_time DESC, run_id);
            CREATE TABLE visibility_values(run INTEGER NOT NULL, field TEXT NOT NULL, value NOT NULL,
                PRIMARY KEY(run, field, value)) WITHOUT ROWID;
            """,
    ];

    /// <summary>True if the attribute is a column of the run's row; the other attributes have separate rows.</summary>
    public static bool IsColumn(SearchAttribute attribute) => Names.Value.Contains(attribute.Column);

    // Lazy, because opening a file does not need to load the protocol's types.
    private static readonly Lazy<HashSet<string>> Names = new(() =>
        [
            .. SystemSearchAttributes.Computed.Values.Select(attribute => attribute.Column),
            SystemSearchAttributes.Predefined[SystemSearchAttributes.NamespaceDivision].Column,
        ]
    );

    /// <summary>Inserts or replaces the row of a run, together with the rows of the run's search attribute values.</summary>
    /// <param name="division">Namespace division of a server component's run, or null for users' runs.</param>
    /// <param name="values">Field and value of each search attribute that is not a column.</param>
    public static void Write(
        SqliteConnection db,
        VisibilityRecord record,
        string? division,
        IReadOnlyCollection<(string Field, object Value)> values
    )
    {
        var memo = record.Memo?.ToByteArray() ?? [];
        var attributes = record.SearchAttributes?.ToByteArray() ?? [];
        var (key, unchanged) = Find(db, record, attributes);
        if (key is null)
        {
            key = Insert(db, record, division, memo, attributes);
        }
        else
        {
            Update(db, key.Value, record, memo, attributes);
        }

        if (!unchanged)
        {
            WriteValues(db, key.Value, values);
        }
    }

    /// <summary>Deletes the row of a run, if it exists, together with the rows of the run's search attribute values.</summary>
    public static void Delete(SqliteConnection db, string namespaceId, string workflowId, string runId)
    {
        long key;
        using (var find = db.Prepare("SELECT key FROM visibility WHERE namespace = ? AND workflow_id = ? AND run_id = ?"))
        {
            if (!find.Bind(namespaceId).Bind(workflowId).Bind(runId).Step())
            {
                return;
            }

            key = find.Integer(0);
        }

        DeleteValues(db, key);
        using var delete = db.Prepare("DELETE FROM visibility WHERE key = ?");
        delete.Bind(key).Run();
    }

    /// <summary>Deletes all values that the runs of a namespace have in the storage field of a search attribute.</summary>
    public static void DeleteField(SqliteConnection db, string namespaceId, string field)
    {
        using var delete = db.Prepare(
            "DELETE FROM visibility_values WHERE field = ? AND run IN (SELECT key FROM visibility WHERE namespace = ?)"
        );
        delete.Bind(field).Bind(namespaceId).Run();
    }

    /// <summary>Deletes all rows of a namespace.</summary>
    public static void DeleteNamespace(SqliteConnection db, string namespaceId)
    {
        using (var values = db.Prepare("DELETE FROM visibility_values WHERE run IN (SELECT key FROM visibility WHERE namespace = ?)"))
        {
            values.Bind(namespaceId).Run();
        }

        using var rows = db.Prepare("DELETE FROM visibility WHERE namespace = ?");
        rows.Bind(namespaceId).Run();
    }

    /// <summary>Reads a page of runs: open runs first, then closed ones by close time, latest first.</summary>
    public static IReadOnlyList<VisibilityRow> List(
        SqliteConnection db,
        string namespaceId,
        VisibilityQuery query,
        VisibilityPosition? after,
        int limit
    )
    {
        var condition = VisibilityCondition.For(namespaceId, query);
        if (after is { } position)
        {
            condition
                .Text(" AND (r.sort_time < ")
                .Parameter(position.SortTime)
                .Text(" OR (r.sort_time = ")
                .Parameter(position.SortTime)
                .Text(" AND (r.start_time < ")
                .Parameter(position.StartTime)
                .Text(" OR (r.start_time = ")
                .Parameter(position.StartTime)
                .Text(" AND r.run_id > ")
                .Parameter(position.RunId)
                .Text("))))");
        }

        using var statement = db.PrepareOnce(
            $"SELECT {Columns} FROM visibility r WHERE {condition.Sql} ORDER BY r.sort_time DESC, r.start_time DESC, r.run_id LIMIT ?"
        );
        condition.Bind(statement);
        statement.Bind((long)limit);
        var rows = new List<VisibilityRow>();
        while (statement.Step())
        {
            rows.Add(Read(statement));
        }

        return rows;
    }

    /// <summary>Reads the information that lists show about a run, or returns null if the run has no row.</summary>
    public static WorkflowExecutionInfo? Find(SqliteConnection db, string namespaceId, string workflowId, string runId)
    {
        using var statement = db.Prepare(
            $"SELECT {Columns} FROM visibility r WHERE r.namespace = ? AND r.workflow_id = ? AND r.run_id = ?"
        );
        return statement.Bind(namespaceId).Bind(workflowId).Bind(runId).Step() ? Read(statement).Info : null;
    }

    /// <summary>Returns the number of runs that match a query.</summary>
    public static long Count(SqliteConnection db, string namespaceId, VisibilityQuery query)
    {
        var condition = VisibilityCondition.For(namespaceId, query);
        using var statement = db.PrepareOnce($"SELECT count(*) FROM visibility r WHERE {condition.Sql}");
        condition.Bind(statement);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    /// <summary>Counts runs by status, ordered by the numeric value of the status.</summary>
    public static IReadOnlyList<(WorkflowExecutionStatus Status, long Count)> CountByStatus(
        SqliteConnection db,
        string namespaceId,
        VisibilityQuery query
    )
    {
        var condition = VisibilityCondition.For(namespaceId, query);
        using var statement = db.PrepareOnce(
            $"SELECT r.status, count(*) FROM visibility r WHERE {condition.Sql} GROUP BY r.status ORDER BY r.status"
        );
        condition.Bind(statement);
        var groups = new List<(WorkflowExecutionStatus, long)>();
        while (statement.Step())
        {
            groups.Add(((WorkflowExecutionStatus)statement.Integer(0), statement.Integer(1)));
        }

        return groups;
    }

    private static (long? Key, bool Unchanged) Find(SqliteConnection db, VisibilityRecord record, byte[] attributes)
    {
        using var find = db.Prepare("SELECT key, search_attributes FROM visibility WHERE namespace = ? AND workflow_id = ? AND run_id = ?");
        return find.Bind(record.NamespaceId).Bind(record.WorkflowId).Bind(record.RunId).Step()
            ? (find.Integer(0), find.Blob(1).SequenceEqual(attributes))
            : (null, false);
    }

    private static long Insert(SqliteConnection db, VisibilityRecord record, string? division, byte[] memo, byte[] attributes)
    {
        using var insert = db.Prepare(
            "INSERT INTO visibility(namespace, workflow_id, run_id, division, workflow_type, start_time, parent_workflow_id, "
                + "parent_run_id, root_workflow_id, root_run_id, "
                + "task_queue, status, sort_time, execution_time, close_time, execution_duration, history_length, history_size, "
                + "state_transitions, memo, search_attributes) "
                + "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        insert
            .Bind(record.NamespaceId)
            .Bind(record.WorkflowId)
            .Bind(record.RunId)
            .Bind(division)
            .Bind(record.WorkflowType)
            .Bind(VisibilityQueryLiteralConverter.Nanoseconds(record.StartTime))
            .Bind(record.ParentWorkflowId)
            .Bind(record.ParentRunId)
            .Bind(record.RootWorkflowId)
            .Bind(record.RootRunId);
        BindChangeable(insert, record, memo, attributes).Run();
        return db.LastInsertedKey;
    }

    private static void Update(SqliteConnection db, long key, VisibilityRecord record, byte[] memo, byte[] attributes)
    {
        using var update = db.Prepare(
            "UPDATE visibility SET task_queue = ?, status = ?, sort_time = ?, execution_time = ?, close_time = ?, "
                + "execution_duration = ?, history_length = ?, history_size = ?, "
                + "state_transitions = ?, memo = ?, search_attributes = ? WHERE key = ?"
        );
        BindChangeable(update, record, memo, attributes).Bind(key).Run();
    }

    private static SqliteStatement BindChangeable(SqliteStatement statement, VisibilityRecord record, byte[] memo, byte[] attributes)
    {
        // Only closed runs show sizes, as in the Temporal server, which writes no row while a run is open.
        var closed = record.CloseTime is not null;
        long? close = record.CloseTime is { } time ? VisibilityQueryLiteralConverter.Nanoseconds(time) : null;
        var execution = VisibilityQueryLiteralConverter.Nanoseconds(record.ExecutionTime);
        return statement
            .Bind(record.TaskQueue)
            .Bind((long)record.Status)
            .Bind(close ?? Open)
            .Bind(execution)
            .Bind(close)
            .Bind(close is null ? null : Math.Max(0, close.Value - execution))
            .Bind(closed ? record.HistoryLength : (long?)null)
            .Bind(closed ? record.HistorySizeBytes : (long?)null)
            .Bind(closed ? record.StateTransitionCount : (long?)null)
            .Bind(memo)
            .Bind(attributes);
    }

    private static void WriteValues(SqliteConnection db, long key, IReadOnlyCollection<(string Field, object Value)> values)
    {
        DeleteValues(db, key);
        foreach (var (field, value) in values)
        {
            using var insert = db.Prepare("INSERT OR IGNORE INTO visibility_values(run, field, value) VALUES(?, ?, ?)");
            insert.Bind(key).Bind(field);
            _ = value switch
            {
                long integer => insert.Bind(integer),
                double real => insert.Bind(real),
                _ => insert.Bind((string)value),
            };
            insert.Run();
        }
    }

    private static void DeleteValues(SqliteConnection db, long key)
    {
        using var delete = db.Prepare("DELETE FROM visibility_values WHERE run = ?");
        delete.Bind(key).Run();
    }

    private static VisibilityRow Read(SqliteStatement row)
    {
        var info = new WorkflowExecutionInfo
        {
            Execution = new WorkflowExecution { WorkflowId = row.Text(0), RunId = row.Text(1) },
            Type = new WorkflowType { Name = row.Text(2) },
            StartTime = Time(row.Integer(3)),
            ExecutionTime = Time(row.Integer(4)),
            Status = (WorkflowExecutionStatus)row.Integer(6),
            TaskQueue = row.Text(7),
            HistoryLength = row.Integer(8),
            HistorySizeBytes = row.Integer(9),
            StateTransitionCount = row.Integer(10),
            RootExecution = new WorkflowExecution { WorkflowId = row.Text(13), RunId = row.Text(14) },
            Memo = Memo.Parser.ParseFrom(row.Blob(15)),
        };
        if (!row.IsNull(5))
        {
            info.CloseTime = Time(row.Integer(5));
            info.ExecutionDuration = Duration.FromTimeSpan(TimeSpan.FromTicks(row.Integer(18) / 100));
        }

        if (!row.IsNull(11))
        {
            info.ParentExecution = new WorkflowExecution { WorkflowId = row.Text(11), RunId = row.Text(12) };
        }

        info.SearchAttributes = SearchAttributes.Parser.ParseFrom(row.Blob(16));
        return new VisibilityRow(info, new VisibilityPosition(row.Integer(17), row.Integer(3), row.Text(1)));
    }

    private static Timestamp Time(long nanoseconds) => Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100));
}

/// <summary>A run in a list, with its position in the list's sort order.</summary>
internal sealed record VisibilityRow(WorkflowExecutionInfo Info, VisibilityPosition Position);

/// <summary>A position in the sort order of a list.</summary>
internal readonly record struct VisibilityPosition(long SortTime, long StartTime, string RunId);
