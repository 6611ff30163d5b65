namespace Orchestrator.KillTest;

/// <summary>
/// The user whose repository it is: makes branches, tags, stash entries, settings, remotes and worktrees of their own while agents work
/// and things are killed, and now and then removes one. All of it must be as they left it.
/// </summary>
/// <param name="repository">The round's repository.</param>
/// <param name="random">Makes the choices.</param>
public sealed class PersonAtWork(KillRepository repository, Random random)
{
    private const int Most = 12;
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private int _deeds;

    /// <summary>
    /// Perhaps does something. Where a lock is in the way, of one that was killed just now, they try something else later.
    /// </summary>
    public void Work()
    {
        if (_deeds == Most || random.Next(3) > 0)
        {
            return;
        }
        var name = $"mine-{++_deeds}";
        string[] deed = random.Next(8) switch
        {
            0 => ["branch", name],
            1 => ["tag", name],
            2 => ["-c", "user.name=Test", "-c", "user.email=test@localhost", "tag", "--annotate", "--message", name, name],
            3 => ["stash", "store", "--message", name, "HEAD"],
            4 => ["config", $"mine.note{_deeds}", name],
            5 => ["remote", "add", name, $"https://user.example/{name}.git"],
            6 => ["worktree", "add", "--quiet", "-b", name, repository.Beside(name), "HEAD"],
            _ =>
            [
                "tag",
                "--delete",
                .. repository
                    .Git("tag", "--list", "mine-*")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Take(1)
                    .DefaultIfEmpty(name),
            ],
        };
        var before = Facts();
        try
        {
            repository.Git(deed);
        }
        catch (InvalidOperationException)
        {
            // Seen below: what was half done counts, too.
        }

        var after = Facts();
        _left.UnionWith(after.Except(before));
        _left.ExceptWith(before.Except(after));
    }

    /// <summary>Unexpected changes to the user's own work, each as a sentence.</summary>
    public IEnumerable<string> Faults()
    {
        var now = Facts();
        return _left
            .Except(now)
            .Select(fact => $"the person's is gone: {fact}")
            .Concat(now.Except(_left).Select(fact => $"nobody made: {fact}"));
    }

    private IReadOnlyList<string> Facts() =>
        [
            .. Lines("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/mine-*", "refs/tags/mine-*"),
            .. Lines("stash", "list", "--format=stash %H %gs"),
            .. Lines("config", "--local", "--list")
                .Where(line =>
                    line.StartsWith("mine.", StringComparison.Ordinal) || line.StartsWith("remote.mine-", StringComparison.Ordinal)
                ),
            .. Worktrees(),
        ];

    /// <summary>Not by 'git worktree list': it fails while another git, or one that was killed, has a worktree half made.</summary>
    private IEnumerable<string> Worktrees() =>
        from folder in Directory.EnumerateDirectories(Path.GetDirectoryName(repository.Folder)!, "mine-*")
        let link = Path.Combine(folder, ".git")
        where File.Exists(link)
        let admin = File.ReadAllText(link).Trim()["gitdir: ".Length..]
        select $"worktree {folder} at {admin}, {(Directory.Exists(admin) ? "known to git" : "unknown to git")}";

    private string[] Lines(params string[] arguments) => repository.Git(arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
