namespace Orchestrator.Runs;

/// <summary>Files that appear in the user's checkout while a run works. Agents have no business there; without a sandbox a program that is
/// told to write to <c>../../..</c> or an absolute path does so, and then it is at least named.</summary>
internal static class StrayFiles
{
    /// <summary>Before the first agent starts. What was noted first stays.</summary>
    public static void Note(RunFolder folder, WorktreeStatus status)
    {
        if (!File.Exists(PathOf(folder)))
        {
            DurableFile.Write(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(status.UntrackedFiles()));
        }
    }

    /// <summary>The same at any time: a run may end without landing. Empty also where git can't look at the checkout; landing says
    /// that.</summary>
    public static async Task<string> FindAsync(GitRepository repository, RunFiles files)
    {
        if (new WorktreeStore(repository).FindMainCheckout() is not { } checkout)
        {
            return "";
        }
        try
        {
            return Describe(files.Folder, await WorktreeStatus.ReadAsync(checkout), files.Start.OwnFiles.All);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return "";
        }
    }

    /// <summary>A sentence about what is new since; empty where nothing is.</summary>
    public static string Describe(RunFolder folder, WorktreeStatus status, IEnumerable<string> own)
    {
        if (!File.Exists(PathOf(folder)))
        {
            return "";
        }
        var before = JsonSerializer.Deserialize<HashSet<string>>(File.ReadAllBytes(PathOf(folder)))!;
        var added = status.UntrackedFiles(own).Where(path => !before.Contains(path)).ToList();
        return added.Count == 0
            ? ""
            : $"While the run worked, files that git does not track appeared in your checkout: {FileNames.Some(added)}. If they "
                + "are not yours, an agent wrote outside of its worktree.";
    }

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Preflight, "untracked.json");
}
