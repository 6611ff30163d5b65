namespace Orchestrator.Plans;

/// <summary>Determines the format of a plan from its file name.</summary>
public static class PlanFileName
{
    /// <summary>Path of the orchestrator's own backlog, relative to the repository.</summary>
    public const string OwnBacklog = ".orchestrator/tasks.json";

    /// <summary>Path of task-master's backlog, relative to the repository.</summary>
    public const string TaskMasterBacklog = ".taskmaster/tasks/tasks.json";

    /// <summary>Path of the backlog in older versions of task-master.</summary>
    public const string OlderTaskMasterBacklog = "tasks/tasks.json";

    private static readonly string[] PlanEndings = [".yaml", ".yml", ".json", ".md", ".markdown"];

    /// <summary>True if the name is that of a plan file.</summary>
    public static bool IsPlan(string file) => Array.Exists(PlanEndings, e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if the name is that of a master plan in Markdown.</summary>
    public static bool IsMasterPlan(string file) =>
        file.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".markdown", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if the path is that of a backlog.</summary>
    public static bool IsBacklog(string file) =>
        Array.Exists(
            [OwnBacklog, TaskMasterBacklog, OlderTaskMasterBacklog],
            name => file.Replace('\\', '/') is var path && (path == name || path.EndsWith("/" + name, StringComparison.Ordinal))
        );
}
