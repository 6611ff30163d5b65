using Google.Protobuf;
using Temporalio.Api.Namespace.V1;

namespace Temporal.Server.Storage;

/// <summary>A stored namespace.</summary>
/// <param name="Info">Name, id, state and descriptive texts.</param>
/// <param name="Retention">Retention of closed runs.</param>
/// <param name="BadBinaries">Worker binaries that were marked as bad, by checksum.</param>
internal sealed record StoredNamespace(NamespaceInfo Info, TimeSpan Retention, BadBinaries BadBinaries)
{
    /// <summary>Creates a namespace without bad binaries.</summary>
    public StoredNamespace(NamespaceInfo info, TimeSpan retention)
        : this(info, retention, new()) { }
}

/// <summary>Table of the namespaces that were registered or changed.</summary>
internal static class NamespaceSqlTable
{
    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE namespaces(id TEXT PRIMARY KEY, retention_ticks INTEGER NOT NULL, info BLOB NOT NULL) WITHOUT ROWID;",
        "ALTER TABLE namespaces ADD COLUMN bad_binaries BLOB NOT NULL DEFAULT x'';",
    ];

    public static IReadOnlyList<StoredNamespace> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT retention_ticks, info, bad_binaries FROM namespaces");
        var namespaces = new List<StoredNamespace>();
        while (rows.Step())
        {
            namespaces.Add(
                new StoredNamespace(
                    NamespaceInfo.Parser.ParseFrom(rows.Blob(1)),
                    TimeSpan.FromTicks(rows.Integer(0)),
                    BadBinaries.Parser.ParseFrom(rows.Blob(2))
                )
            );
        }

        return namespaces;
    }

    public static void Write(SqliteConnection db, StoredNamespace ns)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO namespaces VALUES(?, ?, ?, ?)");
        insert.Bind(ns.Info.Id).Bind(ns.Retention.Ticks).Bind(ns.Info.ToByteArray()).Bind(ns.BadBinaries.ToByteArray()).Run();
    }

    public static void Delete(SqliteConnection db, string id)
    {
        using var delete = db.Prepare("DELETE FROM namespaces WHERE id = ?");
        delete.Bind(id).Run();
    }
}
