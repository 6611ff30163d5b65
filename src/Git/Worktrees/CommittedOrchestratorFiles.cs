namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Finds committed files and folders at paths that belong to orchestrate. Such files are committed either by mistake or by an attacker who
/// wants orchestrate to follow a link.
/// </summary>
/// <param name="checkout">Checkout whose index is read.</param>
public sealed class CommittedOrchestratorFiles(Worktree checkout)
{
    private const string Link = "120000";
    private const string Submodule = "160000";

    /// <summary>An entry of a git index or of a commit's tree.</summary>
    /// <param name="Mode">Git's file mode, such as <c>120000</c> for a link.</param>
    /// <param name="Path">Path relative to the checkout.</param>
    public sealed record GitFileModeAndPath(string Mode, string Path);

    /// <summary>
    /// Describes a committed file or folder that prevents runs from starting, together with the fix. Returns null if there is none.
    /// </summary>
    /// <param name="worktrees">Folder of all worktrees as named in the settings.</param>
    /// <param name="commit">Commit from which agents start, or null for HEAD.</param>
    /// <returns>The problem and its fix, or null if no such entry exists.</returns>
    public async Task<(string Message, string Cure)?> FindAsync(string worktrees, string? commit, CancellationToken cancellationToken)
    {
        var root = Path.IsPathRooted(worktrees)
            ? Path.GetRelativePath(checkout.Path, worktrees)
            : Path.TrimEndingDirectorySeparator(worktrees);
        string[] folders =
            root == ".." || root.StartsWith("../", StringComparison.Ordinal)
                ? [OrchestratorFolderCreator.Name]
                : [OrchestratorFolderCreator.Name, root];
        List<GitFileModeAndPath> found = [];
        foreach (var folder in folders)
        {
            found.AddRange(
                (await ListAsync(folder, cancellationToken)).Concat(await ListAsync(folder, commit ?? "HEAD", cancellationToken))
            );
        }
        var wrong = found.Where(entry => IsWrong(entry, root)).DistinctBy(entry => entry.Path).ToList();
        if (wrong.Count == 0)
        {
            return null;
        }
        var places = wrong
            .Select(entry => ShortPathOf(entry, root))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var names = string.Join(' ', places.Select(place => $"'{place}'"));
        return (
            $"git tracks files in orchestrate's own folders: {string.Join(", ", wrong.Take(3).Select(DisplayText))}"
                + $"{(wrong.Count > 3 ? $" and {wrong.Count - 3} more" : "")}. Runs write there and would follow committed links.",
            wrong.Any(entry => entry.Mode == Link)
                ? $"Inspect it, then remove it: git rm -r -q -f --ignore-unmatch -- {names} && git commit -m 'Remove links'"
                : "Stop tracking it; the files stay: git rm -r -q --cached --ignore-unmatch -- "
                    + $"{names} && git commit -m 'Stop tracking files of orchestrate'"
        );
    }

    /// <summary>Returns the index entries at or below a path.</summary>
    internal async Task<IReadOnlyList<GitFileModeAndPath>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var output = await checkout.Repository.ReadAsync(
            checkout.Call("--literal-pathspecs", "ls-files", "--stage", "-z", "--", path),
            cancellationToken
        );
        return Parsed(output);
    }

    private async Task<IReadOnlyList<GitFileModeAndPath>> ListAsync(string path, string commit, CancellationToken cancellationToken)
    {
        var output = await checkout.Repository.ReadAsync(
            checkout.Call("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--", path) with
            {
                AnswerCodes = [0, 128],
            },
            cancellationToken
        );
        return output.ExitCode == 0 ? Parsed(output) : []; // Without a commit, only the index can contain such entries.
    }

    // Both commands print "MODE ...\tPATH".
    private static List<GitFileModeAndPath> Parsed(GitCommandResult output) =>
        [
            .. output
                .Fields()
                .Select(field => field.Split('\t', 2))
                .Where(parts => parts.Length == 2)
                .Select(parts => new GitFileModeAndPath(parts[0].Split(' ')[0], parts[1])),
        ];

    private static bool IsWrong(GitFileModeAndPath entry, string worktrees)
    {
        if (entry.Path == OrchestratorFolderCreator.Name || entry.Path == worktrees)
        {
            return true;
        }
        if (!entry.Path.StartsWith(OrchestratorFolderCreator.Name + "/", StringComparison.Ordinal))
        {
            return entry.Mode is Link or Submodule || entry.Path.StartsWith($"{worktrees}/.pool/", StringComparison.Ordinal);
        }
        var name = entry.Path[(OrchestratorFolderCreator.Name.Length + 1)..];
        return IsOfEngine(name)
            || (
                entry.Mode is Link or Submodule
                && !OrchestratorFolderCreator.Committed.Any(own =>
                    own.EndsWith('/') ? name.StartsWith(own, StringComparison.Ordinal) : name == own
                )
            );
    }

    private static bool IsOfEngine(string name) =>
        name.Split('/')[0] is "runs" or "logs" or "standby" || name.StartsWith("engine.", StringComparison.Ordinal);

    /// <summary>Returns a short path for messages: the committed file itself or a folder above it.</summary>
    private static string ShortPathOf(GitFileModeAndPath entry, string worktrees)
    {
        var own = entry.Path.StartsWith(OrchestratorFolderCreator.Name + "/", StringComparison.Ordinal)
            ? OrchestratorFolderCreator.Name
            : worktrees;
        var below = entry.Path.Length > own.Length ? entry.Path[(own.Length + 1)..].Split('/') : [];
        return entry.Mode is not (Link or Submodule) && below.Length > 1 ? $"{own}/{below[0]}" : entry.Path;
    }

    private static string DisplayText(GitFileModeAndPath entry) =>
        entry.Mode switch
        {
            Link => $"the symbolic link '{entry.Path}'",
            Submodule => $"the repository '{entry.Path}'",
            _ => $"'{entry.Path}'",
        };
}
