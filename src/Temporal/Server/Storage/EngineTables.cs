namespace Temporal.Server.Storage;

/// <summary>
/// The tables beside those of runs: the name and the migrations of each part. Whoever opens an engine file gives them to
/// <see cref="Schema"/>.
/// </summary>
internal static class EngineTables
{
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Migrations)> Parts { get; } =
    [
        ("namespaces", NamespaceTable.Migrations),
        ("search_attributes", SearchAttributeTable.Migrations),
        ("visibility", VisibilityTables.Migrations),
        ("nexus_endpoints", NexusEndpointTable.Migrations),
        ("schedules", ScheduleTable.Migrations),
        ("batches", BatchTable.Migrations),
        ("task_queue_configs", TaskQueueConfigTable.Migrations),
    ];
}
