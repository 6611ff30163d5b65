namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads the key <c>limits</c> of a task or of the plan's defaults.</summary>
internal static class TaskLimitsReader
{
    /// <summary>Keys of the mapping <c>limits</c>, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new("memory", "cpu cores");

    public static TaskLimits? Bind(YamlOrJsonMappingReader fields, TaskLimits? defaults) =>
        TaskNodeReader.Nested(fields, "limits", Keys) is { } limits
            ? new TaskLimits { Memory = limits.Size("memory") ?? defaults?.Memory, Cpu = limits.Cores("cpu") ?? defaults?.Cpu }
            : defaults;
}
