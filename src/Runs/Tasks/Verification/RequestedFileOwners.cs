using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks;

/// <summary>Lists the tasks that own the files that a blocked agent requests. The list helps the user to decide on the request.</summary>
internal static class RequestedFileOwners
{
    private const int MostNamed = 10;

    /// <summary>Returns a note about the files' owners, to be added to the agent's request. Empty if the request names no file.</summary>
    /// <param name="claim">The agent's claim, which contains the request.</param>
    public static string Owners(RunPlanAndSettings files, string task, AgentOutcomeClaim? claim)
    {
        if (claim is not { Files.Count: > 0 })
        {
            return "";
        }
        var tasks = files.TasksWithLent();
        var status = RunStatusFile.Read(files.Folder.Status);
        return string.Concat(
                claim.Files.Take(MostNamed).Select(path => $". {FileNameEncoding.Show(path)} {OwnerText(tasks, status, task, path)}")
            ) + ".";
    }

    private static string OwnerText(IReadOnlyList<PlanTask> tasks, RunStatus? status, string task, string path)
    {
        if (TaskFileOwnership.Of(tasks.First(own => own.Id == task)).Owns(path))
        {
            return "belongs to this task, which may write it";
        }
        string[] owners =
        [
            .. tasks
                .Where(other => other.Id != task && other.FilesWrite is not null && TaskFileOwnership.Of(other).Owns(path))
                .Select(other => $"{other.Id} ({status?.Tasks.FirstOrDefault(t => t.Id == other.Id)?.State ?? TaskStateNames.Pending})"),
        ];
        return owners.Length == 0 ? "belongs to no task of the plan" : $"belongs to {FileNameEncoding.List(owners)}";
    }
}
