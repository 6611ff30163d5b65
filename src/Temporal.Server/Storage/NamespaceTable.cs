using Google.Protobuf;
using Temporalio.Api.Namespace.V1;

namespace Temporal.Server.Storage;

/// <summary>A namespace as it is written down.</summary>
/// <param name="Info">Name, id, state and texts.</param>
/// <param name="Retention">How long closed runs are kept.</param>
/// <param name="BadBinaries">Workers that may not work any more, by the checksums of their binaries.</param>
internal sealed record StoredNamespace(NamespaceInfo Info, TimeSpan Retention, BadBinaries BadBinaries)
{
    /// <summary>Without bad binaries.</summary>
    public StoredNamespace(NamespaceInfo info, TimeSpan retention)
        : this(info, retention, new()) { }
}

/// <summary>The namespaces that were registered or changed.</summary>
internal static class NamespaceTable
{
    /// <summary>One script per version of this table.</summary>
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
