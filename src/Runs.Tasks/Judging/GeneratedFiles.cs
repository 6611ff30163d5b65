using System.Text.RegularExpressions;

namespace Orchestrator.Runs.Tasks;

/// <summary>Files that tools generate beside the work: lock files and build output. Where no task owns them they are restored, and not held
/// against the agent.</summary>
internal static partial class GeneratedFiles
{
    /// <summary>True for a path that a tool generated.</summary>
    public static bool IsGenerated(string path) =>
        Ecosystems.IsGenerated(path) || Path.GetFileName(path) is ".coverage" or ".DS_Store" || IsHalfWritten(path);

    /// <summary>True for the file beside another one into which the Claude CLI writes what that one is to be: an agent that was ended in
    /// the middle leaves it. It is nobody's work, whoever owns the folder.</summary>
    public static bool IsHalfWritten(string path) => HalfWritten().IsMatch(path);

    /// <summary>Restores them as they were in a commit. Build output can be generated again; everything else is first kept under a
    /// ref.</summary>
    /// <returns>What could not be restored, each a sentence for the agent.</returns>
    public static async Task<IReadOnlyList<string>> PutBackAsync(
        TaskWorkspace workspace,
        Worktree worktree,
        IReadOnlyList<ChangedFile> generated,
        string commit,
        CancellationToken stop
    )
    {
        if (generated.Count == 0)
        {
            return [];
        }
        var files = new WorktreeFiles(worktree.Path);
        var added = generated
            .Where(file => file.Change == FileChange.Added)
            .ToLookup(file => Ecosystems.IsLockFile(file.Path), file => file.Path);
        var changed = generated
            .Where(file => file.Change != FileChange.Added)
            .ToLookup(file => !file.IsSubmodule && files.CanHaveFile(file.Path), file => file.Path);
        var left = new WorktreeReset(worktree, DiscardPermit.OfTools(worktree)).Remove(added[false], stop).ToList();
        if (added[true].Any() || changed[true].Any())
        {
            var reset = new WorktreeReset(
                worktree,
                await workspace.KeepAsync(worktree, "the worktree before lock files that nobody owns were put back", [], stop)
            );
            left.AddRange(reset.Remove(added[true], stop));
            await reset.PutBackAsync(commit, [.. changed[true]], stop);
        }
        return
        [
            .. left.Select(file =>
                $"'{FileNames.Show(file.Path)}' was added, but this task does not own it, and it can't be removed: {file.Reason} Delete it."
            ),
            .. changed[false]
                .Select(path =>
                    $"'{FileNames.Show(path)}' was replaced, but this task does not own it: it, or a folder it was in, is "
                    + $"something else now. Put it back as it was (git checkout {CommitIds.Shorten(commit)} -- {FileNames.Show(path)})."
                ),
        ];
    }

    // The CLI's process and six random bytes; seen in version 2.1.328.
    [GeneratedRegex("""[^/]\.tmp\.[0-9]+\.[0-9a-f]{12}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex HalfWritten();
}
