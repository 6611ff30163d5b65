using Temporal.Server.Visibility.Query;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Storage;

/// <summary>Table of the custom search attributes of all namespaces.</summary>
internal static class SearchAttributeSqlTable
{
    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE search_attributes(namespace TEXT NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL, field TEXT NOT NULL, "
            + "PRIMARY KEY(namespace, name)) WITHOUT ROWID;",
    ];

    public static IReadOnlyList<(string NamespaceId, SearchAttribute Attribute)> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT namespace, name, type, field FROM search_attributes");
        var attributes = new List<(string, SearchAttribute)>();
        while (rows.Step())
        {
            attributes.Add((rows.Text(0), new SearchAttribute(rows.Text(1), (IndexedValueType)rows.Integer(2), rows.Text(3))));
        }

        return attributes;
    }

    public static void Add(SqliteConnection db, string namespaceId, SearchAttribute attribute)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO search_attributes VALUES(?, ?, ?, ?)");
        insert.Bind(namespaceId).Bind(attribute.Name).Bind((long)attribute.Type).Bind(attribute.Column).Run();
    }

    public static void Remove(SqliteConnection db, string namespaceId, string name)
    {
        using var delete = db.Prepare("DELETE FROM search_attributes WHERE namespace = ? AND name = ?");
        delete.Bind(namespaceId).Bind(name).Run();
    }

    public static void RemoveAll(SqliteConnection db, string namespaceId)
    {
        using var delete = db.Prepare("DELETE FROM search_attributes WHERE namespace = ?");
        delete.Bind(namespaceId).Run();
    }
}
