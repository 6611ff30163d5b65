namespace Orchestrator.Git.Refs;

/// <summary>A checkout and its current branch, read from git's files (gitrepository-layout(5)).</summary>
/// <param name="Path">Absolute path of the checkout's folder.</param>
/// <param name="Admin">Git's administrative folder for the checkout: <c>worktrees/ID</c> in the common directory, or the common directory
/// for the main checkout.</param>
internal sealed record CheckoutHead(string Path, string Admin)
{
    private const string BranchPrefix = "refs/heads/";
    private const string SymbolicPrefix = "ref: ";
    private const string LinkPrefix = "gitdir: ";

    /// <summary>Text of <c>HEAD</c>: a commit id, or <c>ref: </c> followed by a full ref name. Null if the file can't be read.</summary>
    public string? Text => DurableFile.TryRead(System.IO.Path.Combine(Admin, "HEAD"))?.Trim();

    /// <summary>Full ref name of the current branch, or null if HEAD is detached.</summary>
    public string? Branch =>
        Text is { } text && text.StartsWith(SymbolicPrefix, StringComparison.Ordinal) ? text[SymbolicPrefix.Length..].Trim() : null;

    /// <summary>
    /// Branch on which an unfinished rebase or bisect was started, or null if neither is in progress. During both operations, HEAD is
    /// detached, and a file in the administrative folder names the branch.
    /// </summary>
    public string? BranchBeingWorkedOn =>
        ((string[])["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"])
            .Select(name => DurableFile.TryRead(System.IO.Path.Combine(Admin, name))?.Trim())
            .OfType<string>()
            .Select(name => name.StartsWith("refs/", StringComparison.Ordinal) ? name : BranchPrefix + name)
            .FirstOrDefault();

    /// <summary>Lists the main checkout, if one exists, and all linked worktrees whose folder still belongs to them.</summary>
    internal static IEnumerable<CheckoutHead> All(GitRepository repository) =>
        (repository.MainCheckout is { } main ? [new CheckoutHead(main, repository.CommonDirectory)] : (CheckoutHead[])[]).Concat(
            Linked(repository).Where(checkout => checkout.IsInPlace)
        );

    /// <summary>Lists all linked worktrees, including those whose folder no longer exists.</summary>
    internal static IEnumerable<CheckoutHead> Linked(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.CommonDirectory, "worktrees");
        foreach (var admin in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
        {
            if (WorktreeFolderOf(admin) is { } path)
            {
                yield return new CheckoutHead(path, admin);
            }
        }
    }

    /// <summary>
    /// Returns the worktree folder that an administrative folder's <c>gitdir</c> file names. Returns null if git was killed before it wrote
    /// that file. Does not call git in the worktree, because an agent may have replaced the <c>.git</c> file there to redirect git to
    /// another repository.
    /// </summary>
    internal static string? WorktreeFolderOf(string admin) =>
        DurableFile.TryRead(System.IO.Path.Combine(admin, "gitdir"))?.Trim() is { Length: > 0 } link
            ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(link, admin))!
            : null;

    /// <summary>Creates a git call in the checkout.</summary>
    internal GitCommandInvocation Call(params IEnumerable<string> arguments) =>
        new(Path, [$"--git-dir={Admin}", $"--work-tree={Path}", .. arguments]) { GitDirectory = Admin };

    /// <summary>True if the <c>.git</c> file in the worktree's folder still names this administrative folder.</summary>
    private bool IsInPlace
    {
        get
        {
            var file = new FileInfo(System.IO.Path.Combine(Path, ".git"));
            return file is { Exists: true, LinkTarget: null }
                && DurableFile.TryRead(file.FullName)?.Trim() is { } text
                && text.StartsWith(LinkPrefix, StringComparison.Ordinal)
                && GitRepository.RealPath(System.IO.Path.GetFullPath(text[LinkPrefix.Length..], Path)) == GitRepository.RealPath(Admin);
        }
    }
}
