namespace Orchestrator.Runs.Cleaning;

/// <summary>Refs that runs have left: which are a run's, which of its tasks', and which hold more than themselves.</summary>
/// <param name="prefix">First part of the names of branches, as it is set now.</param>
internal sealed class LeftRefs(string prefix)
{
    /// <summary>What the full name of a branch begins with.</summary>
    public const string Heads = "refs/heads/";

    /// <summary>Refs of the run that stay, and hold more than themselves: what a run reached that was not landed, or taken back.</summary>
    public static HashSet<string> Keepers(EndedRun run, IReadOnlyList<(string Ref, string Commit)> refs, IReadOnlySet<string> contained)
    {
        var aborted = RunRefs.Aborted(run.Folder);
        var staying = refs.Where(found => !contained.Contains(found.Commit)).Select(found => found.Ref).ToHashSet(StringComparer.Ordinal);
        return staying.Contains(aborted) ? [aborted]
            : staying.Contains(Heads + run.Status.Staging) ? [Heads + run.Status.Staging]
            : [];
    }

    /// <summary>The refs of a run, with their commits.</summary>
    public IEnumerable<(string Ref, string Commit)> RefsOf(EndedRun run, IReadOnlyDictionary<string, string> refs)
    {
        var name = run.Folder.Name;
        string[] single =
        [
            RunRefs.Base(run.Folder),
            RunRefs.LastMerge(run.Folder),
            RunRefs.Aborted(run.Folder),
            $"refs/orchestrator/revert/{name}",
        ];
        string[] below = [$"{Heads}{run.BranchPrefix ?? prefix}/{name}/", RunRefs.Wips(run.Folder) + "/", RunRefs.Kepts(run.Folder) + "/"];
        return refs.Where(found =>
                single.Contains(found.Key) || Array.Exists(below, start => found.Key.StartsWith(start, StringComparison.Ordinal))
            )
            .Select(found => (found.Key, found.Value));
    }

    /// <summary>The task that a branch or a snapshot belongs to; null: to the run.</summary>
    public static string? TaskOf(EndedRun run, string name) =>
        name.StartsWith(RunRefs.Wips(run.Folder) + "/", StringComparison.Ordinal) ? name[(RunRefs.Wips(run.Folder).Length + 1)..] : null;
}
