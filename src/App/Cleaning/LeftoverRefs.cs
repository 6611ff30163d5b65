namespace Orchestrator.App.Cleaning;

/// <summary>
/// Finds the refs of an ended run. Distinguishes refs that only mark a state of the run from refs that retain unmerged work.
/// </summary>
/// <param name="prefix">Current prefix of branch names.</param>
internal sealed class LeftoverRefs(string prefix)
{
    /// <summary>Prefix of a branch's full name.</summary>
    public const string Heads = "refs/heads/";

    /// <summary>Returns the refs of the run that must remain, because they retain work that did not land or was reverted.</summary>
    public static HashSet<string> Keepers(EndedRun run, IReadOnlyList<(string Ref, string Commit)> refs, IReadOnlySet<string> contained)
    {
        var aborted = RunRefNameBuilder.Aborted(run.Folder);
        var staying = refs.Where(found => !contained.Contains(found.Commit)).Select(found => found.Ref).ToHashSet(StringComparer.Ordinal);
        return staying.Contains(aborted) ? [aborted]
            : staying.Contains(Heads + run.Status.Staging) ? [Heads + run.Status.Staging]
            : [];
    }

    /// <summary>
    /// True for a ref that only marks a state of the run, such as its base, last merge or shared state. Such a ref retains no work.
    /// </summary>
    public static bool IsMark(EndedRun run, string name) =>
        name == RunRefNameBuilder.Base(run.Folder)
        || name == RunRefNameBuilder.LastMerge(run.Folder)
        || name == RunRefNameBuilder.Shared(run.Folder.Name)
        || name.StartsWith(RunRefNameBuilder.Placed(run.Folder) + "/", StringComparison.Ordinal);

    /// <summary>Returns the refs of a run with their commits.</summary>
    public IEnumerable<(string Ref, string Commit)> RefsOf(EndedRun run, IReadOnlyDictionary<string, string> refs)
    {
        var name = run.Folder.Name;
        string[] single = [RunRefNameBuilder.Aborted(run.Folder), $"refs/orchestrator/revert/{name}"];
        string[] below =
        [
            $"{Heads}{run.BranchPrefix ?? prefix}/{name}/",
            RunRefNameBuilder.Wips(run.Folder) + "/",
            RunRefNameBuilder.Kepts(run.Folder) + "/",
        ];
        return refs.Where(found =>
                IsMark(run, found.Key)
                || single.Contains(found.Key)
                || Array.Exists(below, start => found.Key.StartsWith(start, StringComparison.Ordinal))
            )
            .Select(found => (found.Key, found.Value));
    }
}
