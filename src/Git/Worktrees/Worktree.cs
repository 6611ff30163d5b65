namespace Orchestrator.Git.Worktrees;

/// <summary>A checkout with its own branch or a detached head. Git is told where its administration is, so that a changed <c>.git</c> file
/// in it cannot send our calls elsewhere.</summary>
public sealed class Worktree
{
    private const string GitFilePrefix = "gitdir: ";
    private const int LongestGitFile = 64 * 1024;

    internal Worktree(GitRepository repository, string path, string adminDirectory)
    {
        Repository = repository;
        Path = path;
        AdminDirectory = adminDirectory;
    }

    /// <summary>Its repository.</summary>
    public GitRepository Repository { get; }

    /// <summary>Its folder, absolute.</summary>
    public string Path { get; }

    /// <summary>Git's folder for it: <c>worktrees/ID</c> in the common directory, or the common directory for the main checkout.</summary>
    public string AdminDirectory { get; }

    /// <summary>A file for the notes of whoever makes the worktree ready (installs what the project needs). It is gone when everything that
    /// is ignored was cleaned away, so that what was installed is installed again.</summary>
    public string SetupMark => System.IO.Path.Combine(AdminDirectory, "orchestrator-setup");

    internal GitCall Call(params IEnumerable<string> arguments) =>
        new(Path, [$"--git-dir={AdminDirectory}", $"--work-tree={Path}", .. arguments]);

    /// <summary>The commit that is checked out; null if there is none, or what its head names is gone.</summary>
    public async Task<string?> ReadHeadAsync(CancellationToken cancellationToken) =>
        await Repository.ReadAsync(
            Call("rev-parse", "--quiet", "--verify", "HEAD^{commit}") with
            {
                AnswerCodes = [0, 1, 128],
            },
            cancellationToken
        )
            is { ExitCode: 0 } found
            ? found.Text
            : null;

    internal Task<GitOutput> WriteAsync(GitCall call, CancellationToken cancellationToken)
    {
        CheckInPlace();
        return Repository.WriteAsync(call, cancellationToken);
    }

    internal Task<GitOutput> WriteAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        WriteAsync(Call(arguments), cancellationToken);

    /// <summary>Before git changes files: is the folder still the worktree? An agent may have put a link or another repository in its
    /// place, and a clean or a checkout would then hit files that are not ours.</summary>
    internal void CheckInPlace()
    {
        if (AdminDirectory != Repository.CommonDirectory && FindReplacement() is { } found)
        {
            throw new WorktreeReplacedException(
                $"'{Path}' is no longer the worktree that was made there: {found}. Nothing was changed. Look at what is there, "
                    + "move it away, and retry the task."
            );
        }
    }

    /// <summary>What is in the worktree's place instead of it; null if it is there.</summary>
    internal string? FindReplacement()
    {
        var link = new DirectoryInfo(Path).LinkTarget;
        var content = new WorktreeFiles(Path).TryReadText(".git", LongestGitFile)?.Trim();
        if (
            link is null
            && content?.StartsWith(GitFilePrefix, StringComparison.Ordinal) == true
            && Names(content[GitFilePrefix.Length..], AdminDirectory)
        )
        {
            return null;
        }
        return link is not null ? $"it is a symbolic link to '{link}'"
            : content is null ? "its .git file is missing"
            : $"its .git file says '{FileNames.Show(content)}'";
    }

    private bool Names(string place, string admin)
    {
        try
        {
            return GitRepository.RealPath(System.IO.Path.GetFullPath(place, Path)) == GitRepository.RealPath(admin);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return false; // Links in a circle, or nothing that could be a path.
        }
    }
}

/// <summary>A worktree that is wished for.</summary>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="Commit">Where a new branch begins, or what is checked out if there is no branch.</param>
public sealed record WorktreeRequest(string Path, string Commit)
{
    /// <summary>Its branch as a full ref name (<c>refs/heads/...</c>). If it exists it is checked out as it is. Null: detached at
    /// <see cref="Commit"/>.</summary>
    public string? Branch { get; init; }

    /// <summary>True: nobody else puts anything at this place (a cache folder of ours), so that what is there and is no worktree of this
    /// repository is removed; for example one of a repository that was deleted and cloned again. False: it is in the way, which is a
    /// fault.</summary>
    public bool IsOwnPlace { get; init; }

    /// <summary>Where work is kept that is found in what was this worktree once and is none any more. Null: then it is in the
    /// way.</summary>
    public KeepAs? Keep { get; init; }

    /// <summary>Where used worktrees may be taken from. Null: a new one is made.</summary>
    public WorktreePool? Pool { get; init; }

    /// <summary>Why it is locked, for people.</summary>
    public string LockReason { get; init; } = "in use by orchestrate";
}
