using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Formats;

/// <summary>Reads a plan in the format that its file name implies.</summary>
public static class PlanReader
{
    /// <summary>
    /// Reads a plan. A Markdown file is a master plan, a known backlog path is a backlog, and any other file is a task graph.
    /// </summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Path of the file, relative to the repository, with forward slashes.</param>
    /// <param name="open">Returns the bytes of another file, or null if it does not exist. The path is relative to the repository.</param>
    /// <param name="projectContext">Names of the project's own context texts, which tasks may use.</param>
    public static PlanReadResult Read(
        ReadOnlySpan<byte> content,
        string file,
        Func<string, byte[]?> open,
        IReadOnlyCollection<string>? projectContext = null
    ) =>
        file switch
        {
            _ when PlanFileName.IsMasterPlan(file) => MasterPlanReader.Read(content, file, open),
            _ when PlanFileName.IsBacklog(file) => BacklogPlanReader.Read(content, file, open),
            _ => TaskGraphReader.Read(content, file, projectContext),
        };
}
