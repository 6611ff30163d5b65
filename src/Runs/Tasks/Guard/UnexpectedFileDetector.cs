namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Detects files that appear in the main checkout during a run. The worktrees of agents are inside the main checkout, but agents must not
/// write to other folders there. Without a sandbox, an agent can do so through a path such as <c>../../..</c>, and these files are then
/// reported.
/// </summary>
public static class UnexpectedFileDetector
{
    /// <summary>Records the untracked files before the first agent starts. An existing record is kept.</summary>
    public static async Task NoteAsync(GitRepository repository, RunFolder folder, CancellationToken stop)
    {
        if (!File.Exists(PathOf(folder)) && new WorktreeManager(repository).FindMainCheckout() is { } checkout)
        {
            var untracked = await WorktreeStatus.ReadUntrackedAsync(checkout, [], stop);
            DurableFile.Write(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(untracked));
        }
    }

    /// <summary>
    /// Describes, in one sentence, the untracked files that have appeared since the run's record of untracked files was made. Empty if
    /// there are none or if git can't read the checkout.
    /// </summary>
    public static async Task<string> FindAsync(GitRepository repository, RunPlanAndSettings files)
    {
        if (new WorktreeManager(repository).FindMainCheckout() is not { } checkout)
        {
            return "";
        }
        try
        {
            var untracked = await WorktreeStatus.ReadUntrackedAsync(checkout, files.Start.OwnFiles.All);
            return Describe(files.Folder, checkout.Path, untracked);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return "";
        }
    }

    private static string Describe(RunFolder folder, string checkout, IReadOnlyList<string> untracked)
    {
        // The record affects no decision. If it is damaged, the files are not reported.
        if (StoredJsonReader.TryRead(PathOf(folder), JsonSerializerOptions.Default.TypeOf<HashSet<string>>()) is not { } before)
        {
            return "";
        }
        var added = untracked.Where(path => !before.Contains(path)).ToList();
        return added.Count == 0
            ? ""
            : $"While the run worked, files that git does not track appeared in {checkout}: {FileNameEncoding.List(added)}. If they "
                + "are not yours, an agent wrote them outside its worktree.";
    }

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Preflight, "untracked.json");
}
