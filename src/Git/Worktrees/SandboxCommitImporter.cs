using System.Text.RegularExpressions;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Transfers a sandboxed agent's commits to the repository. The agent can stash, tag, branch and install hooks in a private common
/// directory with copies of refs and configuration. Objects and then the task's branch, but nothing else, are transferred while the agent
/// works and after it has ended.
/// </summary>
/// <param name="worktree">Worktree of the agent.</param>
/// <param name="branch">Full ref name of the agent's branch.</param>
/// <param name="folder">Absolute path of a folder that belongs only to this agent run.</param>
public sealed partial class SandboxCommitImporter(Worktree worktree, string branch, string folder)
{
    /// <summary>Path in the sandbox at which the repository's objects are mounted. The agent's alternates file names this path.</summary>
    private const string SharedObjects = "/run/orchestrate-git/objects";
    private const string SharedLargeFiles = "/run/orchestrate-git/lfs";

    private const int LongestId = 128;
    private const int MostPackedRefs = 64 * 1024 * 1024;

    /// <summary>
    /// Files of the common directory that git needs. The agent gets copies, so that its changes do not affect the repository.
    /// </summary>
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

    /// <summary>
    /// Maximum number of transferred objects that are stored as loose files, like <c>transfer.unpackLimit</c> in git-config(1). Larger
    /// transfers are stored as one pack.
    /// </summary>
    private const int MostLooseObjects = 500;

    private readonly GitRepository _repository = worktree.Repository;
    private readonly SandboxLfsFileImporter _largeFiles = new(worktree.Repository, folder);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private string Objects => Path.Combine(folder, "objects");

    /// <summary>
    /// Path of the folder with copies of the agent's loose objects and packs. Git calls outside the sandbox read only these copies.
    /// </summary>
    private string Quarantine => Path.Combine(folder, "quarantine");

    private string Common => Path.Combine(folder, "common");

    private string HeadLogs => Path.Combine(folder, "head-logs");

    /// <summary>
    /// Path of the file that contains the last commit at which the agent's branch and the repository's branch were equal.
    /// </summary>
    private string BaseFile => Path.Combine(folder, "base");

    private string HeadFile => Path.Combine(Common, branch);

    /// <summary>True if the folder was prepared for a confined agent run.</summary>
    public bool Exists => File.Exists(BaseFile);

    /// <summary>
    /// Creates the agent's private git folders before the agent starts. A private common directory left from an earlier start is deleted
    /// first.
    /// </summary>
    /// <param name="stop">Checked between git calls.</param>
    public async Task PrepareAsync(CancellationToken stop)
    {
        foreach (var path in (string[])[Path.Combine(Objects, "info"), Path.Combine(Objects, "pack"), HeadLogs])
        {
            OrchestratorFolderCreator.Ensure(path);
        }
        OrchestratorFolderCreator.Ensure(Path.Combine(worktree.AdminDirectory, "logs"));
        await MakeCommonAsync(stop);
        _largeFiles.Prepare();
        DurableFile.Write(
            Path.Combine(Objects, "info", "alternates"),
            string.Concat(SharedAlternates().Prepend(SharedObjects).Select(path => path + "\n"))
        );
        var tip = await new RefStore(_repository).ReadAsync(branch, stop);
        if (tip is not null)
        {
            OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(HeadFile)!);
            DurableFile.Write(HeadFile, tip + "\n");
        }
        DurableFile.Write(BaseFile, (tip ?? "") + "\n");
    }

    /// <summary>Copies of git's configuration for this agent, or null before <see cref="PrepareAsync"/>.</summary>
    public SandboxGitConfigCopies? Configuration { get; private set; }

    /// <summary>
    /// Mounts git's files in a sandbox: the worktree's index and HEAD, and this agent run's private common directory in place of the
    /// repository's.
    /// </summary>
    /// <param name="sandbox">Sandbox to extend.</param>
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
                // The agent gets a reflog of its own, because the reflog can name commits that are never transferred.
                new(Path.Combine(worktree.AdminDirectory, "logs"), HeadLogs, IsWritable: true),
                .. _largeFiles.Substitutes(SharedLargeFiles),
            ],
            Writable = [.. sandbox.Writable, worktree.Path, worktree.AdminDirectory],
            // Read-only, because these files determine which repository the worktree belongs to and which programs git runs.
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

    /// <summary>
    /// Transfers commits, staged content and Git LFS files that the agent added since the last call. The agent may still be running. Calls
    /// must not overlap.
    /// </summary>
    /// <param name="stop">Checked between git calls.</param>
    /// <returns>Sentence about content that could not be transferred, or empty on success. The files in the worktree are not
    /// changed.</returns>
    public async Task<string> ImportAsync(CancellationToken stop)
    {
        if (!Exists)
        {
            return "";
        }
        // Large files come first, because a checkout of the commit needs them.
        var large = _largeFiles.ImportLargeFiles(stop);
        var problem = await ImportObjectsAsync(stop) is { Length: > 0 } refused ? refused : await ImportBranchAsync(stop);
        return $"{large} {problem}".Trim();
    }

    /// <summary>Removes the agent's private folders. Called after the agent has ended and everything was transferred.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
        {
            FolderRemover.Remove(folder);
        }
    }

    private async Task<string> ImportObjectsAsync(CancellationToken stop)
    {
        CopyToQuarantine();
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
                    Input = ProcessStandardInput.FromText(string.Concat(news.Select(id => id + "\n"))),
                },
                stop
            );
            // Both commands compute the name of each object from its content, and reject malformed objects.
            await _repository.AddObjectsAsync(
                _repository.Call(
                    news.Length <= MostLooseObjects ? ["unpack-objects", "-q", "--strict"] : ["index-pack", "--stdin", "--strict"]
                ) with
                {
                    Input = ProcessStandardInput.FromBytes(packed.Bytes),
                },
                stop
            );
            _known.UnionWith(news);
            return "";
        }
        catch (GitException refusal)
        {
            return $"Objects that the agent wrote can't be imported, so its commits and its index are dropped; its files are kept. "
                + FileNameEncoding.Show(refusal.Message);
        }
    }

    private async Task<string> ImportBranchAsync(CancellationToken stop)
    {
        var before = DurableFile.TryRead(BaseFile)?.Trim() ?? "";
        if (ReadHead() is not { } tip || tip == before)
        {
            return "";
        }
        if (!await _repository.HasCommitAsync(tip, stop))
        {
            return $"The agent's branch points to {tip}, which is not a commit. The agent's commits are dropped; its files are kept.";
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
        return $"{branch} was moved by another program while the agent worked, and stays at its new commit; the "
            + $"agent's commits are kept as {kept}.";
    }

    // No folder of an earlier start is reused, because its agent may have left arbitrary files in the folder.
    private async Task MakeCommonAsync(CancellationToken stop)
    {
        FolderRemover.Remove(Common);
        foreach (var path in (string[])["refs/heads", "refs/tags", "logs", "hooks", "info", "objects", "worktrees"])
        {
            OrchestratorFolderCreator.Ensure(Path.Combine(Common, path));
        }
        foreach (var name in s_copied)
        {
            if (SmallFileReader.TryRead(Path.Combine(_repository.CommonDirectory, name)) is { } content)
            {
                SymlinkSafeFileWriter.Write(Path.Combine(Common, name), content);
            }
        }
        Configuration = await SandboxGitConfigCopies.MakeAsync(_repository, folder, stop, Common);
        var refs = await new RefStore(_repository).ListAsync(s_refs, stop);
        SymlinkSafeFileWriter.Write(
            Path.Combine(Common, "packed-refs"),
            Encoding.UTF8.GetBytes(string.Concat(refs.Select(entry => $"{entry.Value} {entry.Key}\n")))
        );
        if (_repository.Configuration.Get("extensions.worktreeconfig") is not null)
        {
            // Creates the file before the agent starts. Otherwise, git outside the sandbox would read a file that the agent created.
            using var file = new FileStream(Path.Combine(worktree.AdminDirectory, "config.worktree"), FileMode.OpenOrCreate);
        }
    }

    /// <summary>
    /// Returns the commit of the agent's branch. Null if the branch does not exist or its ref file does not contain an object id.
    /// </summary>
    private string? ReadHead()
    {
        var files = new WorktreeFileReaderAndWriter(Common);
        var text =
            files.TryReadText(branch, LongestId)?.Trim()
            ?? files
                .TryReadText("packed-refs", MostPackedRefs)
                ?.Split('\n')
                .FirstOrDefault(line => line.EndsWith(" " + branch, StringComparison.Ordinal))
                ?.Split(' ')[0];
        return text is not null && IdPattern().IsMatch(text) ? text : null;
    }

    // A link in the object folder could expose other repositories to git, and a pipe would block git forever.
    private void CopyToQuarantine()
    {
        var files = new WorktreeFileReaderAndWriter(Objects);
        foreach (var name in files.ListFiles(depth: 1).Where(name => ObjectPattern().IsMatch(name)))
        {
            var copy = Path.Combine(Quarantine, name);
            if (!File.Exists(copy))
            {
                OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(copy)!);
                files.TryCopyTo(name, copy);
            }
        }
    }

    /// <summary>Returns the alternate object folders of the repository as absolute paths. Relative paths are resolved against the object
    /// folder.</summary>
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
