namespace Temporal.Server.Storage;

/// <summary>The SQL schema of one server component, as a list of migration scripts.</summary>
/// <param name="Name">Name of the component, under which the file stores the version of its tables.</param>
/// <param name="Migrations">Migration scripts, one per version.</param>
internal sealed record SqlSchemaOfServerComponent(string Name, IReadOnlyList<string> Migrations);

/// <summary>All tables except those of runs. The list is passed to <see cref="DatabaseSchema"/> when a database file is opened.</summary>
internal static class ServerComponentSqlSchemaList
{
    public static IReadOnlyList<SqlSchemaOfServerComponent> Parts { get; } =
    [
        new("namespaces", NamespaceSqlTable.Migrations),
        new("search_attributes", SearchAttributeSqlTable.Migrations),
        new("visibility", VisibilitySqlTables.Migrations),
        new("schedules", ScheduleSqlTable.Migrations),
        new("batches", BatchOperationSqlTable.Migrations),
        new("task_queue_configs", TaskQueueConfigSqlTable.Migrations),
        new("worker_deployments", WorkerDeploymentSqlTable.Migrations),
    ];
}
