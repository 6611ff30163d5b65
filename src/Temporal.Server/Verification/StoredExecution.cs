using Temporal.Server.Storage;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Verification;

/// <summary>Everything that is stored for a run.</summary>
internal sealed record StoredExecution(RunIdentity Name, RunRow Row, RunRecord Record)
{
    /// <summary>Batches of encoded events, each with the id of its first event, which is taken from the row's key.</summary>
    public required IReadOnlyList<(long First, byte[] Bytes)> Batches { get; init; }

    /// <summary>Rows of the run's state that its events do not contain, each with its kind, id and data.</summary>
    public required IReadOnlyList<(int Kind, string Id, byte[] Data)> Extras { get; init; }

    /// <summary>Pending transfer tasks of the run.</summary>
    public required IReadOnlyList<TransferTask> Transfers { get; init; }

    /// <summary>The run as shown in lists, or null if it has no visibility row.</summary>
    public required WorkflowExecutionInfo? Visible { get; init; }

    /// <summary>Reads everything that is stored for a run.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">Stored bytes are not a valid message.</exception>
    public static StoredExecution Read(SqliteConnection db, RunIdentity name)
    {
        var row = WorkflowRunSqlTable.Read(db, name.Key);
        return new StoredExecution(name, row, RunRecord.Parser.ParseFrom(row.State))
        {
            Batches = EventHistorySqlTable.Read(db, name.Key),
            Extras = OpenWorkflowStateSqlTable.Read(db, name.Key),
            Transfers = [.. TransferTaskSqlTable.Of(db, name.Key).Select(stored => stored.Task)],
            Visible = VisibilitySqlTables.Find(db, name.NamespaceId, name.WorkflowId, name.RunId),
        };
    }
}
