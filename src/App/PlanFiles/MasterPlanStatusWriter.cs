using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.MasterPlans;

namespace Orchestrator.App.PlanFiles;

/// <summary>Writes the outcome of a run to the status column of a master plan.</summary>
public static class MasterPlanStatusWriter
{
    /// <summary>
    /// Sets the status of merged phases to 'Completed' and of failed phases to 'Failed'. The rest of the file stays unchanged, including
    /// the status of phases that were already completed.
    /// </summary>
    /// <param name="path">Absolute path of the master plan.</param>
    /// <param name="run">The final status of the run.</param>
    /// <returns>True if the file was changed. False if it already had this content.</returns>
    public static bool WriteStatus(string path, RunStatus run)
    {
        var words = run
            .Tasks.Where(task =>
                task.State is TaskStateNames.Failed or TaskStateNames.Resolved
                || (task.State == TaskStateNames.Merged && (task.Starts > 0 || task.Reused))
            )
            .ToDictionary(task => task.Id, task => task.State == TaskStateNames.Failed ? "Failed" : "Completed");
        var bytes = File.ReadAllBytes(path);
        if (
            !PlanFileBytesDecoder.TryDecode(bytes, path, out var text, out _)
            || MasterPlanStatus.Update(text, words) is var updated && updated == text
        )
        {
            return false;
        }
        DurableFile.Write(path, PlanFileBytesDecoder.Encode(updated, bytes));
        return true;
    }
}
