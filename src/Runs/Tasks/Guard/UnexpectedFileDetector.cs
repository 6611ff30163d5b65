namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Detects untracked files that appear in the main checkout during a run. Agents must not write there outside their worktrees, but without
/// a sandbox they can, for example through the path <c>../../..</c>.
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
    /// Describes the untracked files that have appeared in the main checkout since the run started. Empty if there are none or if git can't
    /// read the checkout.
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
