using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Git;

/// <summary>What kind of thing somebody else changed.</summary>
public enum ForeignChangeKind
{
    /// <summary>A ref of ours was moved, deleted or replaced by a symbolic one.</summary>
    Ref,

    /// <summary>A file that rules how git works here: <c>config</c>, below <c>info</c> or <c>hooks</c>, or of a worktree's administration.</summary>
    File,

    /// <summary>An entry of the stash is gone.</summary>
    Stash,
}

/// <summary>Something that is not as we left it.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Name">The ref, or the file relative to the common directory.</param>
/// <param name="Expected">The value, or the hash of the content, that was recorded; null: it was not there.</param>
/// <param name="Found">What is there; null: nothing.</param>
public sealed record ForeignChange(ForeignChangeKind Kind, string Name, string? Expected, string? Found)
{
    /// <summary>A sentence for people.</summary>
    public override string ToString() => (Expected, Found) switch
    {
        (null, _) => $"{Name} was added",
        (_, null) => $"{Name} was removed",
        _ => $"{Name} was changed",
    };
}

/// <summary>
/// Guards what all worktrees share against the agent in one of them: records before an agent starts, compares when it has ended, names what is foreign and
/// puts it back. What is overwritten or removed in doing so is kept in the store folder, so that a mistake of ours loses nothing either.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="storeFolder">A folder outside the repository, for example <c>~/.cache/orchestrator/KEY/guard</c>.</param>
public sealed class RepositoryGuard(GitRepository repository, string storeFolder)
{
    private const string Symbolic = "a symbolic ref";
    private const string Stash = "logs/refs/stash";
    private const int LargestFile = 4 * 1024 * 1024;
    private readonly RefLedger _ledger = new(repository);

    /// <summary>Records the shared files, before an agent starts in a worktree.</summary>
    /// <param name="worktree">The agent's worktree.</param>
    /// <param name="recordFile">Where the record is kept for <see cref="CompareAsync"/>, also after a crash. An existing one stays: the first is the true one.</param>
    public void Record(Worktree worktree, string recordFile)
    {
        if (!File.Exists(recordFile))
        {
            DurableFile.Write(recordFile, JsonSerializer.Serialize(ReadFiles(worktree)));
        }
    }

    /// <summary>Names what is not as it was recorded, or not as we last left it.</summary>
    /// <param name="worktree">The agent's worktree; its own branch may have moved.</param>
    /// <param name="ownBranch">That branch, a full ref name.</param>
    /// <param name="recordFile">The record.</param>
    /// <param name="refPrefixes">Which of our refs are looked at, for example those of the run: <c>refs/heads/orchestrator/RUN</c>.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<IReadOnlyList<ForeignChange>> CompareAsync(
        Worktree worktree, string? ownBranch, string recordFile, IEnumerable<string> refPrefixes, CancellationToken cancellationToken = default)
    {
        var changes = new List<ForeignChange>();
        foreach (var prefix in refPrefixes)
        {
            var present = await new Refs(repository).ListAsync([prefix], cancellationToken);
            foreach (var name in _ledger.Names(prefix).Union(present.Keys).Where(name => name != ownBranch && RefLedger.Covers(name)))
            {
                if (await CompareRefAsync(name, cancellationToken) is { } change)
                {
                    changes.Add(change);
                }
            }
        }

        if (DurableFile.TryRead(recordFile) is { } text)
        {
            CompareFiles(JsonSerializer.Deserialize<Dictionary<string, GuardedFile>>(text)!, ReadFiles(worktree), changes);
        }

        return changes;
    }

    /// <summary>Puts everything back. Foreign content goes to the store folder, foreign refs to <c>refs/orchestrator/foreign/</c>.</summary>
    public async Task PutBackAsync(IEnumerable<ForeignChange> changes, CancellationToken cancellationToken = default)
    {
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case ForeignChangeKind.Ref:
                    await PutRefBackAsync(change, cancellationToken);
                    break;
                case ForeignChangeKind.Stash:
                    await PutStashBackAsync(change, cancellationToken);
                    break;
                default:
                    PutFileBack(change);
                    break;
            }
        }
    }

    /// <summary>Another activity of ours may move the ref while we look: only what is foreign with the same expectation before and after counts.</summary>
    private async Task<ForeignChange?> CompareRefAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var expected = _ledger.Expected(name);
            var isPlain = RefFiles.TryRead(repository, name, out var found);
            if (!expected.SetEquals(_ledger.Expected(name)))
            {
                continue;
            }

            if (isPlain && (expected.Count == 0 ? found is null : expected.Contains(found ?? string.Empty)))
            {
                return null;
            }

            // While a move is going on there are two right values; the last one is the newer.
            var right = expected.LastOrDefault(value => value.Length > 0);
            return new ForeignChange(ForeignChangeKind.Ref, name, right, isPlain ? found : Symbolic);
        }
    }

    private async Task PutRefBackAsync(ForeignChange change, CancellationToken cancellationToken)
    {
        var refs = new Refs(repository);
        if (change.Found is { } found && found != Symbolic)
        {
            await refs.UpdateAsync([new RefChange($"refs/orchestrator/foreign/{found}", found, null)], "kept", cancellationToken);
        }

        string[] arguments = change.Expected is null
            ? ["update-ref", "--no-deref", "-d", change.Name]
            : ["update-ref", "--no-deref", "-m", "put back", change.Name, change.Expected];
        await repository.WriteAsync(repository.Call(arguments), cancellationToken);
    }

    private void CompareFiles(Dictionary<string, GuardedFile> recorded, Dictionary<string, GuardedFile> present, List<ForeignChange> changes)
    {
        foreach (var name in recorded.Keys.Union(present.Keys).Order(StringComparer.Ordinal))
        {
            var (was, now) = (recorded.GetValueOrDefault(name), present.GetValueOrDefault(name));
            if (was == now || IsOurDoing(name, was, now))
            {
                continue;
            }

            if (name == Stash)
            {
                var lost = StashEntries(was).Except(StashEntries(now)).Any();
                changes.AddRange(lost ? [new ForeignChange(ForeignChangeKind.Stash, "refs/stash", was!.Hash, now?.Hash)] : []);
            }
            else
            {
                changes.Add(new ForeignChange(ForeignChangeKind.File, name, was?.ToString(), now?.ToString()));
            }
        }
    }

    /// <summary>Worktrees come and go by us and by the user; a branch's own settings are written by ordinary git commands; our patterns are added to the excludes.</summary>
    private bool IsOurDoing(string name, GuardedFile? was, GuardedFile? now)
    {
        if (name.StartsWith("worktrees/", StringComparison.Ordinal))
        {
            var admin = Path.Combine(repository.CommonDirectory, name.Split('/')[0], name.Split('/')[1]);
            return (was is null && !name.EndsWith("config.worktree", StringComparison.Ordinal)) || !Directory.Exists(admin);
        }

        return name switch
        {
            "config" => WithoutBranches(Stored(was)) == WithoutBranches(Stored(now)),
            "info/exclude" => was is null || Stored(was).Split('\n').Except(Stored(now).Split('\n')).All(line => line.Length == 0),
            _ => false,
        };
    }

    private Dictionary<string, GuardedFile> ReadFiles(Worktree worktree)
    {
        var common = repository.CommonDirectory;
        string[] folders = ["info", "hooks"];
        var files = new List<string> { "config", "config.worktree", "shallow", Path.Combine("objects", "info", "alternates"), Stash };
        files.AddRange(folders.Select(folder => Path.Combine(common, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(common, path)));
        foreach (var (_, admin) in WorktreeAdmin.All(repository))
        {
            // The head of the agent's own worktree may move; of the others only git's wiring is looked at.
            var name = Path.GetRelativePath(common, admin);
            files.AddRange(((string[])["gitdir", "commondir", "config.worktree"]).Select(file => Path.Combine(name, file)));
            if (admin != worktree.AdminDirectory && File.Exists(Path.Combine(admin, WorktreeAdmin.MarkerName)))
            {
                files.Add(Path.Combine(name, "HEAD"));
            }
        }

        return files
            .Select(file => (Name: file, Content: ReadFile(Path.Combine(common, file))))
            .Where(file => file.Content is not null)
            .ToDictionary(file => file.Name, file => file.Content!);
    }

    /// <summary>Every content that is looked at goes to the store, under its hash: what was recorded to be put back, what is found so that nothing is lost.</summary>
    private GuardedFile? ReadFile(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target)
        {
            return new GuardedFile(Store(Encoding.UTF8.GetBytes(target)), "link");
        }

        if (!file.Exists || file.Length > LargestFile)
        {
            return null;
        }

        var mode = OperatingSystem.IsWindows() ? string.Empty : Convert.ToString((int)file.UnixFileMode, 8);
        return new GuardedFile(Store(File.ReadAllBytes(path)), mode);
    }

    private string Store(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var path = Path.Combine(storeFolder, hash);
        if (!File.Exists(path))
        {
            DurableFile.Write(path, content);
        }

        return hash;
    }

    private string Stored(GuardedFile? file) => file is null ? string.Empty : File.ReadAllText(Path.Combine(storeFolder, file.Hash));

    private void PutFileBack(ForeignChange change)
    {
        var path = Path.Combine(repository.CommonDirectory, change.Name);
        if (change.Expected is null)
        {
            File.Delete(path);
            return;
        }

        var expected = GuardedFile.Parse(change.Expected);
        var content = File.ReadAllBytes(Path.Combine(storeFolder, expected.Hash));
        if (new FileInfo(path).LinkTarget is not null || expected.Mode == "link")
        {
            File.Delete(path);
        }

        if (expected.Mode == "link")
        {
            File.CreateSymbolicLink(path, Encoding.UTF8.GetString(content));
            return;
        }

        DurableFile.Write(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(expected.Mode, 8));
        }
    }

    /// <summary>Lost entries come back below those that were added since; the user's own new ones stay.</summary>
    private async Task PutStashBackAsync(ForeignChange change, CancellationToken cancellationToken)
    {
        var log = Path.Combine(repository.CommonDirectory, Stash);
        var before = File.ReadAllText(Path.Combine(storeFolder, change.Expected!)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var now = (DurableFile.TryRead(log) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] all = [.. before, .. now.Where(line => !before.Any(old => EntryOf(old) == EntryOf(line)))];
        await repository.WriteAsync(repository.Call("update-ref", "refs/stash", EntryOf(all[^1])), cancellationToken);

        // In a reflog each line begins with the id of the line before; git looks entries up by it.
        var chained = all.Select((line, i) => i == 0 ? line : $"{EntryOf(all[i - 1])} {line.Split(' ', 2)[1]}");
        DurableFile.Write(log, string.Join('\n', chained) + "\n");
    }

    private IEnumerable<string> StashEntries(GuardedFile? file) =>
        Stored(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(EntryOf);

    /// <summary>A line of a reflog: old id, new id, who and when, message. The new id is the entry.</summary>
    private static string EntryOf(string line) => line.Split(' ', 3) is [_, var id, ..] ? id : line;

    private static string WithoutBranches(string configuration)
    {
        var text = new StringBuilder();
        var isBranch = false;
        foreach (var line in configuration.Split('\n'))
        {
            if (line.TrimStart().StartsWith('['))
            {
                isBranch = line.TrimStart().StartsWith("[branch ", StringComparison.OrdinalIgnoreCase);
            }

            if (!isBranch && line.Trim().Length > 0)
            {
                text.Append(line.Trim()).Append('\n');
            }
        }

        return text.ToString();
    }
}

/// <summary>A recorded file: the hash under which its content is in the store, and its permissions in octal (or "link").</summary>
internal sealed record GuardedFile(string Hash, string Mode)
{
    public override string ToString() => $"{Hash} {Mode}";

    internal static GuardedFile Parse(string text) => text.Split(' ') is [var hash, var mode] ? new GuardedFile(hash, mode) : new GuardedFile(text, string.Empty);
}
