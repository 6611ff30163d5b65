namespace Orchestrator.Git.Refs;

/// <summary>A checkout and the branch that it has, read from git's files (gitrepository-layout(5)).</summary>
/// <param name="Path">Folder of the checkout, absolute.</param>
/// <param name="Admin">Git's folder for it: <c>worktrees/ID</c> in the common directory, or the common directory for the main
/// checkout.</param>
internal sealed record CheckoutHead(string Path, string Admin)
{
    private const string BranchPrefix = "refs/heads/";
    private const string SymbolicPrefix = "ref: ";
    private const string LinkPrefix = "gitdir: ";

    /// <summary>The text of <c>HEAD</c>: a commit, or <c>ref: </c> and a branch.</summary>
    public string? Text => DurableFile.TryRead(System.IO.Path.Combine(Admin, "HEAD"))?.Trim();

    /// <summary>The branch that is checked out, a full ref name; null if none is.</summary>
    public string? Branch =>
        Text is { } text && text.StartsWith(SymbolicPrefix, StringComparison.Ordinal) ? text[SymbolicPrefix.Length..].Trim() : null;

    /// <summary>The branch of an unfinished rebase or bisect: the head is detached meanwhile, and a file names the branch.</summary>
    public string? BranchBeingWorkedOn =>
        ((string[])["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"])
            .Select(name => DurableFile.TryRead(System.IO.Path.Combine(Admin, name))?.Trim())
            .OfType<string>()
            .Select(name => name.StartsWith("refs/", StringComparison.Ordinal) ? name : BranchPrefix + name)
            .FirstOrDefault();

    /// <summary>The main checkout, if there is one, and all linked worktrees that are in their folder.</summary>
    internal static IEnumerable<CheckoutHead> All(GitRepository repository) =>
        (repository.MainCheckout is { } main ? [new CheckoutHead(main, repository.CommonDirectory)] : (CheckoutHead[])[]).Concat(
            Linked(repository).Where(checkout => checkout.IsInPlace)
        );

    /// <summary>Every linked worktree, also one whose folder is gone.</summary>
    internal static IEnumerable<CheckoutHead> Linked(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.CommonDirectory, "worktrees");
        foreach (var admin in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
        {
            if (PlaceOf(admin) is { } path)
            {
                yield return new CheckoutHead(path, admin);
            }
        }
    }

    /// <summary>The folder of an administration: "gitdir" contains the path of the worktree's .git file. A git that was killed early has
    /// not written it. It is read here because an agent may have replaced the .git file in the worktree, so that git would answer for
    /// another repository; and <c>git worktree list</c> does not show which administration belongs to which folder.</summary>
    internal static string? PlaceOf(string admin) =>
        DurableFile.TryRead(System.IO.Path.Combine(admin, "gitdir"))?.Trim() is { Length: > 0 } link
            ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(link, admin))!
            : null;

    /// <summary>A call of git in the checkout.</summary>
    internal GitCall Call(params IEnumerable<string> arguments) =>
        new(Path, [$"--git-dir={Admin}", $"--work-tree={Path}", .. arguments]) { GitDirectory = Admin };

    /// <summary>True if the folder's .git file still names this administration.</summary>
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
