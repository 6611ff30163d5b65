using Google.Protobuf;
using Temporalio.Api.Nexus.V1;

namespace Temporal.Server.Storage;

/// <summary>The Nexus endpoints.</summary>
internal static class NexusEndpointTable
{
    /// <summary>One script per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    ["CREATE TABLE nexus_endpoints(id TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;"];

    public static IReadOnlyList<Endpoint> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT data FROM nexus_endpoints ORDER BY id");
        var endpoints = new List<Endpoint>();
        while (rows.Step())
        {
            endpoints.Add(Endpoint.Parser.ParseFrom(rows.Blob(0)));
        }

        return endpoints;
    }

    public static void Write(SqliteConnection db, Endpoint endpoint)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO nexus_endpoints VALUES(?, ?)");
        insert.Bind(endpoint.Id).Bind(endpoint.ToByteArray()).Run();
    }

    public static void Delete(SqliteConnection db, string id)
    {
        using var delete = db.Prepare("DELETE FROM nexus_endpoints WHERE id = ?");
        delete.Bind(id).Run();
    }
}
