namespace Orchestrator.Git.Worktrees;

/// <summary>
/// A checkout with a branch or a detached HEAD. Git is called with the path of the worktree's administrative folder, so that a modified
/// <c>.git</c> file in the checkout can't redirect orchestrate's calls.
/// </summary>
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

    /// <summary>Repository of the worktree.</summary>
    public GitRepository Repository { get; }

    /// <summary>Absolute path of the worktree's folder.</summary>
    public string Path { get; }

    /// <summary>Git's administrative folder for the worktree: <c>worktrees/ID</c> in the common directory, or the common directory for the
    /// main checkout.</summary>
    public string AdminDirectory { get; }

    /// <summary>File that records the completed set-up of the worktree. The file is removed together with the ignored files, so that the
    /// set-up runs again.</summary>
    public string SetupMark => System.IO.Path.Combine(AdminDirectory, "orchestrator-setup");

    internal GitCommandInvocation Call(params IEnumerable<string> arguments) =>
        new(Path, [$"--git-dir={AdminDirectory}", $"--work-tree={Path}", .. arguments]) { GitDirectory = AdminDirectory };

    /// <summary>Returns the checked-out commit, or null if HEAD names no commit or the commit object is missing.</summary>
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

    internal Task<GitCommandResult> WriteAsync(GitCommandInvocation call, CancellationToken cancellationToken)
    {
        CheckInPlace();
        return Repository.WriteAsync(call, cancellationToken);
    }

    internal Task<GitCommandResult> WriteAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        WriteAsync(Call(arguments), cancellationToken);

    /// <summary>
    /// Checks, before git changes files, that the folder still contains the worktree. An agent may have replaced the folder with a link or
    /// another repository, in which git would then remove or overwrite files.
    /// </summary>
    internal void CheckInPlace()
    {
        if (AdminDirectory != Repository.CommonDirectory && FindReplacement() is { } found)
        {
            throw new WorktreeReplacedException(
                $"'{Path}' is no longer the worktree that was created there: {found}. Nothing was changed. Inspect the folder, "
                    + "move it away, and retry the task."
            );
        }
    }

    /// <summary>
    /// Returns a phrase that explains how the worktree was replaced, for example by a symbolic link. Returns null if the worktree is in
    /// place.
    /// </summary>
    internal string? FindReplacement()
    {
        var link = new DirectoryInfo(Path).LinkTarget;
        var content = new WorktreeFileReaderAndWriter(Path).TryReadText(".git", LongestGitFile)?.Trim();
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
            : $"its .git file says '{FileNameEncoding.Show(content)}'";
    }

    private bool Names(string place, string admin)
    {
        try
        {
            return GitRepository.RealPath(System.IO.Path.GetFullPath(place, Path)) == GitRepository.RealPath(admin);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return false; // Circular links, or an invalid path.
        }
    }
}

/// <summary>Request to create or open a worktree.</summary>
/// <param name="Path">Absolute path of the folder.</param>
/// <param name="Commit">Start commit of a new branch, or the commit to check out if no branch is requested.</param>
public sealed record WorktreeRequest(string Path, string Commit)
{
    /// <summary>Full ref name of the worktree's branch (<c>refs/heads/...</c>), or null for a detached HEAD at <see cref="Commit"/>. An
    /// existing branch is checked out unchanged.</summary>
    public string? Branch { get; init; }

    /// <summary>
    /// True if only orchestrate uses the path (a cache folder). Anything else at the path, such as a worktree of a repository that was
    /// deleted and cloned again, is then removed. If false, files at the path that do not belong to orchestrate cause an error.
    /// </summary>
    public bool IsOwnPlace { get; init; }

    /// <summary>Destination for work found in a damaged worktree at the path. If null, a damaged worktree is an error.</summary>
    public RetentionTarget? Keep { get; init; }

    /// <summary>Pool from which to take a worktree, or null to create a new one.</summary>
    public WorktreePool? Pool { get; init; }

    /// <summary>Reason for the lock on the worktree, which git shows to users together with the lock.</summary>
    public string LockReason { get; init; } = "in use by orchestrate";
}
