namespace Orchestrator.Runs;

/// <summary>Detects files that appear in the main checkout while a run works. Agents' worktrees lie in it, and they must not write there;
/// without a sandbox a program with a path like <c>../../..</c> can, and then it is at least reported.</summary>
internal static class UnexpectedFiles
{
    /// <summary>Records the state before the first agent starts. An existing record stays.</summary>
    public static async Task NoteAsync(GitRepository repository, RunFolder folder, CancellationToken stop)
    {
        if (!File.Exists(PathOf(folder)) && new WorktreeStore(repository).FindMainCheckout() is { } checkout)
        {
            var status = await WorktreeStatus.ReadAsync(checkout, stop);
            DurableFile.Write(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(status.UntrackedFiles()));
        }
    }

    /// <summary>A sentence about new files; empty where there are none, and where git can't read the checkout.</summary>
    public static async Task<string> FindAsync(GitRepository repository, RunFiles files)
    {
        if (new WorktreeStore(repository).FindMainCheckout() is not { } checkout)
        {
            return "";
        }
        try
        {
            return Describe(files.Folder, checkout.Path, await WorktreeStatus.ReadAsync(checkout), files.Start.OwnFiles.All);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return "";
        }
    }

    private static string Describe(RunFolder folder, string checkout, WorktreeStatus status, IEnumerable<string> own)
    {
        // It decides nothing: where somebody damaged the record, nothing can be said.
        if (StoredJson.TryRead(PathOf(folder), JsonSerializerOptions.Default.TypeOf<HashSet<string>>()) is not { } before)
        {
            return "";
        }
        var added = status.UntrackedFiles(own).Where(path => !before.Contains(path)).ToList();
        return added.Count == 0
            ? ""
            : $"While the run worked, files that git does not track appeared in {checkout}: {FileNames.Some(added)}. If they "
                + "are not yours, an agent wrote outside of its worktree.";
    }

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Preflight, "untracked.json");
}
