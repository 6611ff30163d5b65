using System.Text;
using Orchestrator.Contracts;
using Orchestrator.Git;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Activities.Planning;

/// <summary>Ends planning: the plan goes where it was wanted, the planner's worktree goes away.</summary>
internal sealed class PlanningEnd
{
    public async Task<string> EndAsync(EndPlanningInput input, CancellationToken stop)
    {
        var files = new PlanningFiles(input.Repository, input.RunId);
        if (!files.IsBegun)
            return "";
        await new Worktrees(await Repositories.OpenAsync(input.Repository.Path)).RemoveAsync(files.Worktree, stop);
        RemoveIfEmpty(Path.GetDirectoryName(files.Worktree)!);
        if (!File.Exists(files.PlanPath))
            return "";
        var kept = files.Folder.Relative(files.PlanText);
        return input.Output is null ? $"the plan is in {kept}" : Deliver(input, await File.ReadAllBytesAsync(files.PlanPath, stop), kept);
    }

    private static string Deliver(EndPlanningInput input, byte[] plan, string kept)
    {
        var path = Path.GetFullPath(input.Output!, input.Repository.Path);
        var read = PlanJson.Read(plan);
        var text = Encoding.UTF8.GetBytes(path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? PlanJson.WriteIndented(read) + "\n" : TaskGraphYaml.WriteShort(read));
        var isThere = File.Exists(path);
        if (isThere && !input.Overwrite && !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
            return $"{input.Output} was there already and is left as it was; the plan is in {kept}";
        DurableFile.Write(path, text);
        return $"the plan is in {input.Output}";
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }
}
