using Google.Protobuf;

namespace Temporal.Server.Storage;

/// <summary>Table of the worker deployments of all namespaces.</summary>
internal static class WorkerDeploymentSqlTable
{
    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE worker_deployments(namespace TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(namespace, name)) "
            + "WITHOUT ROWID;",
    ];

    public static IReadOnlyList<DeploymentRecord> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT data FROM worker_deployments");
        var records = new List<DeploymentRecord>();
        while (rows.Step())
        {
            records.Add(DeploymentRecord.Parser.ParseFrom(rows.Blob(0)));
        }

        return records;
    }

    public static void Write(SqliteConnection db, DeploymentRecord record)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO worker_deployments VALUES(?, ?, ?)");
        insert.Bind(record.NamespaceId).Bind(record.Info.Name).Bind(record.ToByteArray()).Run();
    }

    public static void Delete(SqliteConnection db, string namespaceId, string name)
    {
        using var delete = db.Prepare("DELETE FROM worker_deployments WHERE namespace = ? AND name = ?");
        delete.Bind(namespaceId).Bind(name).Run();
    }
}
