namespace Temporal.Server.Storage;

/// <summary>The tables of one server component.</summary>
/// <param name="Name">Name of the component, under which the file stores the version of its tables.</param>
/// <param name="Migrations">Migration scripts, one per version.</param>
internal sealed record ServerComponentTables(string Name, IReadOnlyList<string> Migrations);

/// <summary>All tables except those of runs, to pass to <see cref="DatabaseSchema"/> when an engine file is opened.</summary>
internal static class EngineTables
{
    public static IReadOnlyList<ServerComponentTables> Parts { get; } =
    [
        new("namespaces", NamespaceTable.Migrations),
        new("search_attributes", SearchAttributeTable.Migrations),
        new("visibility", VisibilityTables.Migrations),
        new("schedules", ScheduleTable.Migrations),
        new("batches", BatchTable.Migrations),
        new("task_queue_configs", TaskQueueConfigTable.Migrations),
        new("worker_deployments", DeploymentTable.Migrations),
    ];
}
