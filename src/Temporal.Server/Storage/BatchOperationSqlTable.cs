using Google.Protobuf;
using Temporal.Server.Batch.State;

namespace Temporal.Server.Storage;

/// <summary>Table of the batch operations of all namespaces.</summary>
internal static class BatchOperationSqlTable
{
    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    ["CREATE TABLE batches(namespace TEXT NOT NULL, job TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(namespace, job)) WITHOUT ROWID;"];

    public static IReadOnlyList<BatchRecord> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT data FROM batches");
        var records = new List<BatchRecord>();
        while (rows.Step())
        {
            records.Add(BatchRecord.Parser.ParseFrom(rows.Blob(0)));
        }

        return records;
    }

    public static void Write(SqliteConnection db, BatchRecord record)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO batches VALUES(?, ?, ?)");
        insert.Bind(record.NamespaceId).Bind(record.Request.JobId).Bind(record.ToByteArray()).Run();
    }

    public static void Delete(SqliteConnection db, string namespaceId, string job)
    {
        using var delete = db.Prepare("DELETE FROM batches WHERE namespace = ? AND job = ?");
        delete.Bind(namespaceId).Bind(job).Run();
    }
}
