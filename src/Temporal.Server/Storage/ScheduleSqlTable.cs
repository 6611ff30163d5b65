using Google.Protobuf;
using Temporal.Server.Schedules.State;

namespace Temporal.Server.Storage;

/// <summary>Table of the schedules of all namespaces.</summary>
internal static class ScheduleSqlTable
{
    /// <summary>Namespace division of schedules, which separates them from users' runs in lists.</summary>
    public const string Division = "TemporalScheduler";

    /// <summary>Prefix of the workflow id under which a schedule is listed; the schedule id follows the prefix.</summary>
    public const string IdPrefix = "temporal-sys-scheduler:";

    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    ["CREATE TABLE schedules(namespace TEXT NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(namespace, id)) WITHOUT ROWID;"];

    public static IReadOnlyList<ScheduleRecord> Load(SqliteConnection db)
    {
        using var rows = db.Prepare("SELECT data FROM schedules");
        var records = new List<ScheduleRecord>();
        while (rows.Step())
        {
            records.Add(ScheduleRecord.Parser.ParseFrom(rows.Blob(0)));
        }

        return records;
    }

    public static void Write(SqliteConnection db, ScheduleRecord record)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO schedules VALUES(?, ?, ?)");
        insert.Bind(record.NamespaceId).Bind(record.ScheduleId).Bind(record.ToByteArray()).Run();
    }

    public static void Delete(SqliteConnection db, string namespaceId, string id)
    {
        using var delete = db.Prepare("DELETE FROM schedules WHERE namespace = ? AND id = ?");
        delete.Bind(namespaceId).Bind(id).Run();
    }
}
