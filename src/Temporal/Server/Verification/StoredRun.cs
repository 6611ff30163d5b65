using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Verification;

/// <summary>Everything that is stored of a run, as it is stored.</summary>
internal sealed record StoredRun(RunName Name, bool Open, long? NextDue, bool Dispatch, long? ClosedAt, RunRecord Record)
{
    /// <summary>Encoded events with the id that their key gives the first of them.</summary>
    public required IReadOnlyList<(long First, byte[] Bytes)> Batches { get; init; }

    /// <summary>Rows beside the run: kind, id, data.</summary>
    public required IReadOnlyList<(int Kind, string Id, byte[] Data)> Extras { get; init; }

    public required IReadOnlyList<OutboxRecord> Outbox { get; init; }

    /// <summary>The run as lists show it; null when it is in no list.</summary>
    public required WorkflowExecutionInfo? Visible { get; init; }

    /// <summary>Every run of a file, in the order of their making.</summary>
    public static IEnumerable<RunName> Names(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT key, namespace, workflow_id, run_id FROM runs ORDER BY key");
        while (rows.Step())
        {
            yield return new RunName(rows.Integer(0), rows.Text(1), rows.Text(2), rows.Text(3));
        }
    }

    /// <summary>Reads a run.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">What is stored is no message.</exception>
    public static StoredRun Read(SqliteConnection db, RunName name)
    {
        using var row = db.Prepare("SELECT open, next_due, dispatch, closed_at, state FROM runs WHERE key = ?");
        _ = row.Bind(name.Key).Step();
        return new StoredRun(name, row.Integer(0) != 0, row.IsNull(1) ? null : row.Integer(1), row.Integer(2) != 0, row.IsNull(3) ? null : row.Integer(3), RunRecord.Parser.ParseFrom(row.Blob(4)))
        {
            Batches = ReadBatches(db, name.Key),
            Extras = ReadExtras(db, name.Key),
            Outbox = ReadOutbox(db, name.Key),
            Visible = VisibilityTables.Find(db, name.NamespaceId, name.WorkflowId, name.RunId),
        };
    }

    private static List<(long First, byte[] Bytes)> ReadBatches(SqliteConnection db, long key)
    {
        var batches = new List<(long, byte[])>();
        using var rows = db.Prepare("SELECT key, events FROM history WHERE key >= ? AND key < ? ORDER BY key");
        rows.Bind(RunWrite.HistoryKey(key, 0)).Bind(RunWrite.HistoryKey(key + 1, 0));
        while (rows.Step())
        {
            batches.Add((rows.Integer(0) - RunWrite.HistoryKey(key, 0), rows.Blob(1).ToArray()));
        }

        return batches;
    }

    private static List<(int Kind, string Id, byte[] Data)> ReadExtras(SqliteConnection db, long key)
    {
        var extras = new List<(int, string, byte[])>();
        using var rows = db.Prepare("SELECT kind, id, data FROM extras WHERE run_key = ? ORDER BY kind, id");
        rows.Bind(key);
        while (rows.Step())
        {
            extras.Add(((int)rows.Integer(0), rows.Text(1), rows.Blob(2).ToArray()));
        }

        return extras;
    }

    private static List<OutboxRecord> ReadOutbox(SqliteConnection db, long key)
    {
        var records = new List<OutboxRecord>();
        using var rows = db.Prepare("SELECT data FROM outbox WHERE run_key = ? ORDER BY key");
        rows.Bind(key);
        while (rows.Step())
        {
            records.Add(OutboxRecord.Parser.ParseFrom(rows.Blob(0)));
        }

        return records;
    }
}

/// <summary>A run's names: the key of its rows, and what clients call it.</summary>
internal sealed record RunName(long Key, string NamespaceId, string WorkflowId, string RunId);
