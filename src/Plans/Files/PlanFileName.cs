namespace Orchestrator.Plans;

/// <summary>The format of a plan by its file name.</summary>
public static class PlanFileName
{
    /// <summary>Our own backlog, relative to the repository.</summary>
    public const string OwnBacklog = ".orchestrator/tasks.json";

    /// <summary>Task-master's backlog, relative to the repository.</summary>
    public const string TaskMasterBacklog = ".taskmaster/tasks/tasks.json";

    /// <summary>The place of older versions of task-master.</summary>
    public const string OlderTaskMasterBacklog = "tasks/tasks.json";

    private static readonly string[] PlanEndings = [".yaml", ".yml", ".json", ".md", ".markdown"];

    /// <summary>True if a name is that of a plan file.</summary>
    public static bool IsPlan(string file) => Array.Exists(PlanEndings, e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if a name is that of a Markdown master plan.</summary>
    public static bool IsMasterPlan(string file) =>
        file.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".markdown", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if a path is that of a backlog.</summary>
    public static bool IsBacklog(string file) =>
        Array.Exists(
            [OwnBacklog, TaskMasterBacklog, OlderTaskMasterBacklog],
            name => file.Replace('\\', '/') is var path && (path == name || path.EndsWith("/" + name, StringComparison.Ordinal))
        );
}
