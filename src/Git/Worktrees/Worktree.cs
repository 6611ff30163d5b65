namespace Orchestrator.Git.Worktrees;

/// <summary>A checkout with a branch or a detached head. git is called with the path of its administration, so that a changed <c>.git</c>
/// file in it can't redirect our calls.</summary>
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

    /// <summary>The repository that the worktree belongs to.</summary>
    public GitRepository Repository { get; }

    /// <summary>The worktree's folder, absolute.</summary>
    public string Path { get; }

    /// <summary>Git's folder for it: <c>worktrees/ID</c> in the common directory, or the common directory for the main checkout.</summary>
    public string AdminDirectory { get; }

    /// <summary>A file for notes about the worktree's set-up. It is removed with the ignored files, so that set-up runs again.</summary>
    public string SetupMark => System.IO.Path.Combine(AdminDirectory, "orchestrator-setup");

    internal GitCall Call(params IEnumerable<string> arguments) =>
        new(Path, [$"--git-dir={AdminDirectory}", $"--work-tree={Path}", .. arguments]) { GitDirectory = AdminDirectory };

    /// <summary>The checked-out commit; null if there is none, or it is missing.</summary>
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

    /// <summary>Checks before git changes files that the folder is still the worktree: an agent may have replaced it by a link or another
    /// repository, and a clean or a checkout would then change files that are not ours.</summary>
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

    /// <summary>Finds the entry that has replaced the worktree; null if it is in place.</summary>
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

/// <summary>A request for a worktree.</summary>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="Commit">Commit of a new branch, or to check out if there is no branch.</param>
public sealed record WorktreeRequest(string Path, string Commit)
{
    /// <summary>The worktree's branch as a full ref name (<c>refs/heads/...</c>). If the branch exists it is checked out as it is. Null:
    /// detached at <see cref="Commit"/>.</summary>
    public string? Branch { get; init; }

    /// <summary>True: the place is only ours (a cache folder), so that anything there that is no worktree of this repository is removed;
    /// for example one of a repository that was deleted and cloned again. False: it is in the way, which is an error.</summary>
    public bool IsOwnPlace { get; init; }

    /// <summary>The place where work is kept that is found in a damaged worktree at the place. Null: then it is in the way.</summary>
    public KeepAs? Keep { get; init; }

    /// <summary>Pool to take a worktree from. Null: a new one is created.</summary>
    public WorktreePool? Pool { get; init; }

    /// <summary>Why it is locked, for people.</summary>
    public string LockReason { get; init; } = "in use by orchestrate";
}
