namespace Temporal.Server.Storage;

/// <summary>The tables of one part of the server.</summary>
/// <param name="Name">The part, as the file remembers its version.</param>
/// <param name="Migrations">One script per version.</param>
internal sealed record TablePart(string Name, IReadOnlyList<string> Migrations);

/// <summary>The tables beside those of runs. Whoever opens an engine file gives them to <see cref="Schema"/>.</summary>
internal static class EngineTables
{
    public static IReadOnlyList<TablePart> Parts { get; } =
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
