using Temporal.Server.Storage;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.Verification;

/// <summary>Everything that is stored of a run, as it is stored.</summary>
internal sealed record StoredExecution(RunName Name, RunRow Row, RunRecord Record)
{
    /// <summary>Encoded events with the id that their key gives the first of them.</summary>
    public required IReadOnlyList<(long First, byte[] Bytes)> Batches { get; init; }

    /// <summary>Rows beside the run: kind, id, data.</summary>
    public required IReadOnlyList<(int Kind, string Id, byte[] Data)> Extras { get; init; }

    /// <summary>The open requests of the run to other workflows.</summary>
    public required IReadOnlyList<TransferTask> Transfers { get; init; }

    /// <summary>The run as lists show it; null when it is in no list.</summary>
    public required WorkflowExecutionInfo? Visible { get; init; }

    /// <summary>Reads a run.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">What is stored is no message.</exception>
    public static StoredExecution Read(SqliteConnection db, RunName name)
    {
        var row = RunTable.Read(db, name.Key);
        return new StoredExecution(name, row, RunRecord.Parser.ParseFrom(row.State))
        {
            Batches = HistoryTable.Read(db, name.Key),
            Extras = ExtrasTable.Read(db, name.Key),
            Transfers = [.. TransferTaskTable.Of(db, name.Key).Select(stored => stored.Task)],
            Visible = VisibilityTables.Find(db, name.NamespaceId, name.WorkflowId, name.RunId),
        };
    }
}
