using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.MasterPlans;

namespace Orchestrator.Runs.Loading;

/// <summary>Writes a run's outcome to the status column of a master plan.</summary>
public static class MasterPlanFile
{
    /// <summary>Sets merged phases to 'Completed' and failed ones to 'Failed'. All other phases, including those that count as done, and
    /// the rest of the file are unchanged.</summary>
    /// <param name="path">Absolute path of the master plan.</param>
    /// <param name="run">The final status of the run.</param>
    /// <returns>False if the file needed no change.</returns>
    public static bool WriteStatus(string path, RunStatus run)
    {
        var words = run
            .Tasks.Where(task =>
                task.State is TaskStates.Failed or TaskStates.Resolved
                || (task.State == TaskStates.Merged && (task.Starts > 0 || task.Reused))
            )
            .ToDictionary(task => task.Id, task => task.State == TaskStates.Failed ? "Failed" : "Completed");
        var bytes = File.ReadAllBytes(path);
        if (!PlanText.TryDecode(bytes, path, out var text, out _) || MasterPlanStatus.Update(text, words) is var updated && updated == text)
        {
            return false;
        }
        DurableFile.Write(path, PlanText.Encode(updated, bytes));
        return true;
    }
}
