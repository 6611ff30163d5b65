using Google.Protobuf;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Storage;

/// <summary>Table of the task queue configurations that clients set.</summary>
internal static class TaskQueueConfigSqlTable
{
    /// <summary>Migration scripts, one per version of this table.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE task_queue_configs(namespace TEXT NOT NULL, queue TEXT NOT NULL, type INTEGER NOT NULL, data BLOB NOT NULL, "
            + "PRIMARY KEY(namespace, queue, type)) WITHOUT ROWID;",
    ];

    public static TaskQueueConfig? Read(SqliteConnection db, string namespaceId, string queue, int type)
    {
        using var row = db.Prepare("SELECT data FROM task_queue_configs WHERE namespace = ? AND queue = ? AND type = ?");
        return row.Bind(namespaceId).Bind(queue).Bind((long)type).Step() ? TaskQueueConfig.Parser.ParseFrom(row.Blob(0)) : null;
    }

    public static void Write(SqliteConnection db, string namespaceId, string queue, int type, TaskQueueConfig config)
    {
        using var insert = db.Prepare("INSERT OR REPLACE INTO task_queue_configs VALUES(?, ?, ?, ?)");
        insert.Bind(namespaceId).Bind(queue).Bind((long)type).Bind(config.ToByteArray()).Run();
    }
}
