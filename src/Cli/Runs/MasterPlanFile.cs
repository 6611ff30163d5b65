using System.Text;
using Orchestrator.Messages;
using Orchestrator.Plans.Readers.MasterPlans;

namespace Orchestrator.Cli.Runs;

/// <summary>Writes the outcome of a run into the status column of a master plan.</summary>
internal static class MasterPlanFile
{
    /// <summary>
    /// Phases that the run merged become 'Completed', those that failed 'Failed'; all others, also those that it was told to count as done,
    /// and everything else in the file, stay as they are.
    /// </summary>
    public static void WriteStatus(CommandContext context, string name, StoredRun run)
    {
        var words = run
            .Status.Tasks.Where(task =>
                task.State is TaskStates.Failed or TaskStates.Resolved
                || (task.State == TaskStates.Merged && (task.Starts > 0 || task.Reused))
            )
            .ToDictionary(task => task.Id, task => task.State == TaskStates.Failed ? "Failed" : "Completed");
        var path = context.FullPath(name);
        var bytes = File.ReadAllBytes(path);
        var hasMark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        var text = Encoding.UTF8.GetString(hasMark ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);
        var updated = MasterPlanStatus.Update(text, words);
        if (updated == text)
        {
            return;
        }
        var aside = $"{path}.{Environment.ProcessId}.new";
        File.WriteAllText(aside, updated, new UTF8Encoding(hasMark));
        File.Move(aside, path, overwrite: true);
        context.Terminal.Say($"{name}: the status column says what {run.Id} has done.");
    }
}
