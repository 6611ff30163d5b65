using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>What happened to a file.</summary>
public enum FileChange
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>Content or mode differ.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>It became another kind, for example a symbolic link.</summary>
    TypeChanged,
}

/// <summary>A changed file. A rename is a deleted and an added one.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Change">What happened.</param>
/// <param name="OldMode">Git's mode before; 000000 if it was not there.</param>
/// <param name="NewMode">Git's mode after; 000000 if it is gone.</param>
/// <param name="OldId">The id of the content before; zeros if it was not there.</param>
/// <param name="NewId">The id of the content after; zeros if it is gone, or is in a work tree and not yet an object.</param>
/// <param name="IsUntracked">True for a file of a work tree that git does not know yet.</param>
public sealed record ChangedFile(
    string Path, FileChange Change, string OldMode, string NewMode, string OldId, string NewId, bool IsUntracked = false)
{
    /// <summary>Mode of a symbolic link.</summary>
    public const string SymbolicLink = "120000";

    /// <summary>Mode of a submodule, also of a repository made inside the work tree.</summary>
    public const string Submodule = "160000";

    /// <summary>True if it is now a symbolic link.</summary>
    public bool IsSymbolicLink => NewMode == SymbolicLink;

    /// <summary>True if it is or was a submodule, whose content is not in this repository.</summary>
    public bool IsSubmodule => NewMode == Submodule || OldMode == Submodule;

    /// <summary>True if a regular file became executable or stopped being so.</summary>
    public bool IsModeChange => OldMode != NewMode && OldMode != "000000" && NewMode != "000000";

    /// <summary>A file that git does not know yet, with the mode that it would get. A folder, with a slash, git names only if it is a repository of its own.</summary>
    public static ChangedFile Untracked(Worktree worktree, string path) => new(
        path.TrimEnd('/'), FileChange.Added, "000000", path.EndsWith('/') ? Submodule : ModeOnDisk(worktree, path), ObjectMemory.NoObject, ObjectMemory.NoObject, IsUntracked: true);

    /// <summary>What is gone meanwhile was a file.</summary>
    private static string ModeOnDisk(Worktree worktree, string path)
    {
        var files = new WorktreeFiles(worktree.Path);
        return files.KindOf(path) == EntryKind.Link ? SymbolicLink : files.IsExecutable(path) ? "100755" : "100644";
    }
}

/// <summary>A patch as text.</summary>
/// <param name="Text">Unified diff; binary files are only named.</param>
/// <param name="IsCut">True if it was longer than the limit: the first and the last half are there.</param>
public sealed record Patch(string Text, bool IsCut);

/// <summary>Says what changed.</summary>
/// <param name="repository">The repository.</param>
public sealed class Diffs(GitRepository repository)
{
    internal static readonly string[] Raw = ["--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"];

    /// <summary>The files that differ between two commits or trees.</summary>
    public async Task<IReadOnlyList<ChangedFile>> BetweenAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        if (repository.Memory.FindDiff(from, to) is { } known)
        {
            return known;
        }

        var diff = ParseRaw(await repository.ReadAsync(repository.Call(["diff-tree", "-r", .. Raw, from, to, "--"]), cancellationToken));
        repository.Memory.Add(from, to, diff);
        return diff;
    }

    /// <summary>The files of a worktree that differ from a commit, committed or not, untracked ones (not ignored) too.</summary>
    public async Task<IReadOnlyList<ChangedFile>> OfWorktreeAsync(Worktree worktree, string from, CancellationToken cancellationToken = default)
    {
        if (await worktree.ReadHeadAsync(cancellationToken) == from)
        {
            var status = await repository.ReadAsync(worktree.Call(WorktreeStatus.Arguments), cancellationToken);
            if (TryParseStatus(worktree, status.Fields()) is { } changes)
            {
                return changes;
            }
        }

        var tracked = ParseRaw(await repository.ReadAsync(worktree.Call(["diff", .. Raw, from, "--"]), cancellationToken));
        var untracked = await repository.ReadAsync(
            worktree.Call("ls-files", "--others", "--exclude-standard", "-z"), cancellationToken);
        var others = untracked.Fields().ToHashSet(StringComparer.Ordinal);

        // A file that only the index does not know (a merge was put into the files, or the agent reset its index) is neither deleted nor new.
        return tracked.Any(file => file.Change == FileChange.Deleted && others.Contains(file.Path))
            ? await OfFilesAsync(worktree, from, cancellationToken)
            : [.. tracked, .. others.Select(path => ChangedFile.Untracked(worktree, path))];
    }

    /// <summary>The files on disk against a commit, whatever the worktree's own index says: by a throw-away index of that commit.</summary>
    private async Task<IReadOnlyList<ChangedFile>> OfFilesAsync(Worktree worktree, string from, CancellationToken cancellationToken)
    {
        using var index = new TemporaryIndex(repository);
        await worktree.WriteAsync(worktree.Call("read-tree", from) with { Environment = index.Environment }, cancellationToken);
        var tracked = ParseRaw(await repository.ReadAsync(worktree.Call(["diff", .. Raw, from, "--"]) with { Environment = index.Environment }, cancellationToken));
        var untracked = await repository.ReadAsync(
            worktree.Call("ls-files", "--others", "--exclude-standard", "-z") with { Environment = index.Environment }, cancellationToken);
        return [.. tracked, .. untracked.Fields().Select(path => ChangedFile.Untracked(worktree, path))];
    }

    /// <summary>
    /// Reads the same from one <c>git status</c>, if no file was changed both in the index and after that: then the sum of both has to be asked for.
    /// </summary>
    internal static IReadOnlyList<ChangedFile>? TryParseStatus(Worktree worktree, IEnumerable<string> fields)
    {
        var files = new List<ChangedFile>();
        foreach (var field in fields)
        {
            if (field.StartsWith("? ", StringComparison.Ordinal))
            {
                files.Add(ChangedFile.Untracked(worktree, field[2..]));
            }
            else if (field.StartsWith("1 ", StringComparison.Ordinal))
            {
                // 1 XY sub mH mI mW hH hI path (git-status(1), "Changed Tracked Entries")
                var facts = field.Split(' ', 9);
                var (index, disk) = (facts[1][0], facts[1][1]);
                if (index != '.' && disk != '.')
                {
                    return null;
                }

                var isStaged = disk == '.';
                files.Add(new ChangedFile(
                    facts[8], ChangeOf(isStaged ? index : disk), facts[3], facts[5], facts[6], isStaged ? facts[7] : new string('0', facts[6].Length)));
            }
            else if (!field.StartsWith("# ", StringComparison.Ordinal))
            {
                return null;
            }
        }

        return files;
    }

    /// <summary>The difference as text, for people and prompts.</summary>
    /// <param name="from">A commit or tree.</param>
    /// <param name="to">A commit or tree.</param>
    /// <param name="paths">Only these files; none: all.</param>
    /// <param name="limit">Bytes to keep. Default: 1 MiB.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<Patch> PatchAsync(
        string from, string to, IEnumerable<string>? paths = null, int limit = 1024 * 1024, CancellationToken cancellationToken = default)
    {
        var output = await repository.ReadAsync(
            repository.Call(
                ["--literal-pathspecs", "diff-tree", "-p", "-r", "--no-renames", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", from, to, "--", .. paths ?? []])
                with { OutputLimit = limit, MayBeCut = true },
            cancellationToken);
        return new Patch(System.Text.Encoding.UTF8.GetString(output.Bytes.Span), output.IsCut);
    }

    /// <summary>Reads <c>--raw -z</c>: colon, modes, ids and status, NUL, path, NUL.</summary>
    internal static IReadOnlyList<ChangedFile> ParseRaw(GitOutput output)
    {
        var fields = output.Fields();
        var files = new List<ChangedFile>(fields.Length / 2);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var facts = fields[i].TrimStart(':').Split(' ');
            files.Add(new ChangedFile(fields[i + 1], ChangeOf(facts[4][0]), facts[0], facts[1], facts[2], facts[3]));
        }

        return files;
    }

    private static FileChange ChangeOf(char letter) => letter switch
    {
        'A' => FileChange.Added,
        'D' => FileChange.Deleted,
        'T' => FileChange.TypeChanged,
        _ => FileChange.Modified,
    };
}
