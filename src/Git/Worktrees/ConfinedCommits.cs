using System.Text.RegularExpressions;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Commits of a confined agent. The agent sees a common folder of its own in place of the repository's, with copies of refs and
/// configuration, so that it can stash, tag, branch and install hooks. Only the objects and the branch of its task are taken over into the
/// repository, objects first, while the agent works and when it has ended.</summary>
/// <param name="worktree">The agent's worktree.</param>
/// <param name="branch">Its branch as a full ref name.</param>
/// <param name="folder">Absolute path of a folder that is the agent run's alone.</param>
public sealed partial class ConfinedCommits(Worktree worktree, string branch, string folder)
{
    /// <summary>The place where an agent finds the repository's own objects, through the alternates of its own.</summary>
    private const string SharedObjects = "/run/orchestrate-git/objects";
    private const string SharedLargeFiles = "/run/orchestrate-git/lfs";

    private const int LongestId = 128;
    private const int MostPackedRefs = 64 * 1024 * 1024;

    /// <summary>Files of the common folder that git needs and no agent may change for others.</summary>
    private static readonly string[] s_copied =
    [
        "HEAD",
        "description",
        "shallow",
        "info/exclude",
        "info/attributes",
        "info/sparse-checkout",
    ];

    private static readonly string[] s_refs = ["refs/heads/", "refs/tags/", "refs/remotes/"];

    /// <summary>A few objects become files, as after a push (git-config(1), <c>transfer.unpackLimit</c>); more stay in one pack.</summary>
    private const int MostLooseObjects = 500;

    private readonly GitRepository _repository = worktree.Repository;
    private readonly ConfinedLargeFiles _largeFiles = new(worktree.Repository, folder);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private string Objects => Path.Combine(folder, "objects");

    /// <summary>Copies of the regular files among the agent's objects, the only ones that our own git reads.</summary>
    private string Quarantine => Path.Combine(folder, "quarantine");

    private string Common => Path.Combine(folder, "common");

    private string HeadLogs => Path.Combine(folder, "head-logs");

    /// <summary>The branch's value in the repository when it was last the same here.</summary>
    private string BaseFile => Path.Combine(folder, "base");

    private string HeadFile => Path.Combine(Common, branch);

    /// <summary>There is a confined agent run in this folder, or was one.</summary>
    public bool Exists => File.Exists(BaseFile);

    /// <summary>Makes the folders, before the agent starts. An earlier try is made again.</summary>
    /// <param name="stop">Checked between the steps.</param>
    public async Task PrepareAsync(CancellationToken stop)
    {
        foreach (var path in (string[])[Path.Combine(Objects, "info"), Path.Combine(Objects, "pack"), HeadLogs])
        {
            OwnFolder.Ensure(path);
        }
        OwnFolder.Ensure(Path.Combine(worktree.AdminDirectory, "logs"));
        await MakeCommonAsync(stop);
        _largeFiles.Prepare();
        DurableFile.Write(
            Path.Combine(Objects, "info", "alternates"),
            string.Concat(SharedAlternates().Prepend(SharedObjects).Select(path => path + "\n"))
        );
        var tip = await new RefStore(_repository).ReadAsync(branch, stop);
        if (tip is not null)
        {
            OwnFolder.Ensure(Path.GetDirectoryName(HeadFile)!);
            DurableFile.Write(HeadFile, tip + "\n");
        }
        DurableFile.Write(BaseFile, (tip ?? "") + "\n");
    }

    /// <summary>The copies of git's configuration for this agent; null before <see cref="PrepareAsync"/>.</summary>
    public ConfinedConfiguration? Configuration { get; private set; }

    /// <summary>Adds the files of git to a sandbox: the common folder of this agent run in place of the repository's, and the worktree's
    /// index and head.</summary>
    /// <param name="sandbox">The sandbox without it.</param>
    public Sandbox AddTo(Sandbox sandbox)
    {
        var common = _repository.CommonDirectory;
        return sandbox with
        {
            Visible =
            [
                .. sandbox.Visible,
                .. SharedAlternates(),
                .. ((string[])["modules", "annex", GitCryptKeys.FolderName]).Select(name => Path.Combine(common, name)),
            ],
            Substitutes =
            [
                .. sandbox.Substitutes,
                new(common, Common, IsWritable: true),
                new(SharedObjects, Path.Combine(common, "objects"), IsWritable: false),
                new(Path.Combine(common, "objects"), Objects, IsWritable: true),
                // It may name commits that are not taken over.
                new(Path.Combine(worktree.AdminDirectory, "logs"), HeadLogs, IsWritable: true),
                .. _largeFiles.Substitutes(SharedLargeFiles),
            ],
            Writable = [.. sandbox.Writable, worktree.Path, worktree.AdminDirectory],
            // They say to git whose worktree this is, and what programs it runs.
            ReadOnly =
            [
                .. sandbox.ReadOnly,
                Path.Combine(worktree.Path, ".git"),
                .. ((string[])["commondir", "gitdir", "locked", "config.worktree", "orchestrator-setup"]).Select(name =>
                    Path.Combine(worktree.AdminDirectory, name)
                ),
            ],
        };
    }

    /// <summary>Takes over what was committed and staged since the last time. The agent may be at work. One call at a time.</summary>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>What could not be taken over, a sentence; empty where all was. The files in the worktree are not touched by it.</returns>
    public async Task<string> TakeOverAsync(CancellationToken stop)
    {
        if (!Exists)
        {
            return "";
        }
        // What a commit needs to be checked out comes before it.
        var large = _largeFiles.TakeOver(stop);
        var problem = await TakeObjectsAsync(stop) is { Length: > 0 } refused ? refused : await TakeBranchAsync(stop);
        return $"{large} {problem}".Trim();
    }

    /// <summary>Removes the folder, after everything was taken over and the agent has ended.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
        {
            FolderRemover.Remove(folder);
        }
    }

    private async Task<string> TakeObjectsAsync(CancellationToken stop)
    {
        BringToQuarantine();
        if (!Directory.Exists(Quarantine))
        {
            return "";
        }
        try
        {
            var listed = await _repository.ReadAsync(
                _repository.Call("cat-file", "--batch-all-objects", "--batch-check=%(objectname)") with
                {
                    Environment = new Dictionary<string, string?> { ["GIT_OBJECT_DIRECTORY"] = Quarantine },
                },
                stop
            );
            string[] news = [.. listed.Lines.Where(id => IdPattern().IsMatch(id) && !_known.Contains(id))];
            if (news.Length == 0)
            {
                return "";
            }
            var packed = await _repository.ReadAsync(
                _repository.Call("pack-objects", "--stdout", "-q") with
                {
                    Environment = new Dictionary<string, string?> { ["GIT_OBJECT_DIRECTORY"] = Quarantine },
                    Input = ProcessInput.FromText(string.Concat(news.Select(id => id + "\n"))),
                },
                stop
            );
            // Both compute each object's name from its content, and refuse what is malformed.
            await _repository.AddObjectsAsync(
                _repository.Call(
                    news.Length <= MostLooseObjects ? ["unpack-objects", "-q", "--strict"] : ["index-pack", "--stdin", "--strict"]
                ) with
                {
                    Input = ProcessInput.FromBytes(packed.Bytes),
                },
                stop
            );
            _known.UnionWith(news);
            return "";
        }
        catch (GitException refusal)
        {
            return $"Objects that the agent wrote can't be taken over, so its commits and its index are not; its files are. "
                + FileNames.Show(refusal.Message);
        }
    }

    private async Task<string> TakeBranchAsync(CancellationToken stop)
    {
        var before = DurableFile.TryRead(BaseFile)?.Trim() ?? "";
        if (ReadHead() is not { } tip || tip == before)
        {
            return "";
        }
        if (!await _repository.HasCommitAsync(tip, stop))
        {
            return $"The agent's branch names {tip}, which is no commit: what it committed is not taken over; its files are.";
        }
        var refs = new RefStore(_repository);
        var moved = await refs.UpdateAsync([new RefChange(branch, tip, before.Length == 0 ? null : before)], "committed", stop);
        if (moved.Done)
        {
            DurableFile.Write(BaseFile, tip + "\n");
            return "";
        }
        var kept = RefStore.KeptPrefix + tip;
        await refs.UpdateAsync([new RefChange(kept, tip, null)], "kept", stop);
        return $"{branch} was moved by somebody else while the agent worked, and stays there; the agent's commits are kept as {kept}.";
    }

    // Nothing of an earlier start is kept, since its agent could have left anything there.
    private async Task MakeCommonAsync(CancellationToken stop)
    {
        FolderRemover.Remove(Common);
        foreach (var path in (string[])["refs/heads", "refs/tags", "logs", "hooks", "info", "objects", "worktrees"])
        {
            OwnFolder.Ensure(Path.Combine(Common, path));
        }
        foreach (var name in s_copied)
        {
            if (SmallFile.TryRead(Path.Combine(_repository.CommonDirectory, name)) is { } content)
            {
                OwnFile.Write(Path.Combine(Common, name), content);
            }
        }
        Configuration = await ConfinedConfiguration.MakeAsync(_repository, folder, stop, Common);
        var refs = await new RefStore(_repository).ListAsync(s_refs, stop);
        OwnFile.Write(
            Path.Combine(Common, "packed-refs"),
            Encoding.UTF8.GetBytes(string.Concat(refs.Select(entry => $"{entry.Value} {entry.Key}\n")))
        );
        if (_repository.Configuration.Get("extensions.worktreeconfig") is not null)
        {
            // One that the agent made would be read by our own git.
            using var file = new FileStream(Path.Combine(worktree.AdminDirectory, "config.worktree"), FileMode.OpenOrCreate);
        }
    }

    /// <summary>The branch as the agent left it; null where there is none, or its value is no id.</summary>
    private string? ReadHead()
    {
        var files = new WorktreeFiles(Common);
        var text =
            files.TryReadText(branch, LongestId)?.Trim()
            ?? files
                .TryReadText("packed-refs", MostPackedRefs)
                ?.Split('\n')
                .FirstOrDefault(line => line.EndsWith(" " + branch, StringComparison.Ordinal))
                ?.Split(' ')[0];
        return text is not null && IdPattern().IsMatch(text) ? text : null;
    }

    // A link among the objects would show git the objects of other repositories, and a pipe would stop it for ever.
    private void BringToQuarantine()
    {
        var files = new WorktreeFiles(Objects);
        foreach (var name in files.ListFiles(depth: 1).Where(name => ObjectPattern().IsMatch(name)))
        {
            var copy = Path.Combine(Quarantine, name);
            if (!File.Exists(copy))
            {
                OwnFolder.Ensure(Path.GetDirectoryName(copy)!);
                files.TryCopyTo(name, copy);
            }
        }
    }

    /// <summary>The repository's own alternates as absolute paths: relative ones are meant from its objects.</summary>
    private IEnumerable<string> SharedAlternates()
    {
        var objects = Path.Combine(_repository.CommonDirectory, "objects");
        return (DurableFile.TryRead(Path.Combine(objects, "info", "alternates")) ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] is not ('#' or '"'))
            .Select(line => Path.GetFullPath(line, objects));
    }

    [GeneratedRegex("^([0-9a-f]{40}|[0-9a-f]{64})$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();

    [GeneratedRegex("^([0-9a-f]{2}/[0-9a-f]{38,62}|pack/pack-[0-9a-f]{40,64}\\.(pack|idx))$", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectPattern();
}
