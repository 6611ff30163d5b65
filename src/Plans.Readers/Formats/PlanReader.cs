using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Formats;

/// <summary>Reads a plan in the format of its file name.</summary>
public static class PlanReader
{
    /// <summary>Reads a plan: Markdown as a master plan, a backlog by its place, everything else as a task graph.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its path relative to the repository, with forward slashes.</param>
    /// <param name="open">Returns the bytes of another file by its path relative to the repository, or null when there is none.</param>
    /// <param name="projectContext">Names of the project's own context texts.</param>
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
