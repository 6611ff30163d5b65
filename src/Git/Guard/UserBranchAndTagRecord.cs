using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Guard;

/// <summary>
/// The user's branches and tags, as they were when an agent started. A ref that moved is attributed to the agent only if it now names a
/// commit that was made in the agent's worktree. Such refs are reported and left unchanged, except a branch that was moved while it was
/// checked out elsewhere.
/// </summary>
/// <param name="Refs">All branches and tags with the ids of their objects.</param>
/// <param name="HeadLines">Number of entries in the reflog of the worktree's HEAD when the agent started. In a pooled worktree these
/// entries belong to another task.</param>
internal sealed record UserBranchAndTagRecord(IReadOnlyDictionary<string, string> Refs, int HeadLines)
{
    private static readonly string[] Folders = ["refs/heads", "refs/tags"];

    /// <summary>
    /// Prefixes of the reflog messages that git writes when it creates a commit. Fast-forwards and checkouts are not listed, because they
    /// create no commit.
    /// </summary>
    private static readonly string[] Makings = ["commit", "cherry-pick", "revert"];

    internal static async Task<UserBranchAndTagRecord> ReadAsync(
        GitRepository repository,
        Worktree worktree,
        CancellationToken cancellationToken
    ) => new(await ReadRefsAsync(repository, cancellationToken), HeadLog(worktree).Length);

    /// <summary>Returns the branches and tags that now name a commit made by the agent. Refs below <paramref name="ours"/> are
    /// excluded.</summary>
    internal async Task<IReadOnlyList<SharedGitStateDifference>> CompareAsync(
        GitRepository repository,
        Worktree worktree,
        string ours,
        CancellationToken cancellationToken
    )
    {
        var moved = (await ReadRefsAsync(repository, cancellationToken))
            .Where(now => Refs.GetValueOrDefault(now.Key) != now.Value)
            .ToList();
        if (moved.Count == 0)
        {
            return [];
        }
        var made = HeadLog(worktree)
            .Skip(HeadLines)
            .Where(IsMaking)
            .Select(SharedGitAdminFileChangeClassifier.EntryOf)
            .ToHashSet(StringComparer.Ordinal);
        var annotated = moved.Any(now => IsTag(now.Key) && !made.Contains(now.Value))
            ? await ReadAnnotatedAsync(repository, cancellationToken)
            : [];
        return
        [
            .. moved
                .Where(now =>
                    (made.Contains(now.Value) || (annotated.GetValueOrDefault(now.Key) is { } commit && made.Contains(commit)))
                    && !now.Key.StartsWith(ours + "/", StringComparison.Ordinal)
                )
                .Select(now => new SharedGitStateDifference(
                    Refs.ContainsKey(now.Key) && IsMovedUnderACheckout(repository, now.Key, now.Value)
                        ? SharedGitStateDifferenceKind.Branch
                        : SharedGitStateDifferenceKind.Left,
                    now.Key,
                    Refs.GetValueOrDefault(now.Key),
                    now.Value
                )),
        ];
    }

    private static bool IsTag(string name) => name.StartsWith("refs/tags/", StringComparison.Ordinal);

    /// <summary>Returns the commit of each annotated tag. Such a ref names a tag object instead of a commit.</summary>
    private static async Task<Dictionary<string, string>> ReadAnnotatedAsync(
        GitRepository repository,
        CancellationToken cancellationToken
    ) =>
        (await repository.ReadAsync(repository.Call("for-each-ref", "--format=%(refname) %(*objectname)", "refs/tags"), cancellationToken))
            .Lines.Select(line => line.Split(' ', 2))
            .Where(parts => parts is [_, { Length: > 0 }])
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>
    /// True if a branch that is checked out was moved by a command outside that checkout. A command inside the checkout would also have
    /// added an entry to the reflog of HEAD.
    /// </summary>
    private static bool IsMovedUnderACheckout(GitRepository repository, string branch, string commit) =>
        WorktreeAdminFolders
            .All(repository)
            .Select(entry => entry.Admin)
            .Prepend(repository.CommonDirectory)
            .Where(admin => DurableFile.TryRead(Path.Combine(admin, "HEAD"))?.Trim() == $"ref: {branch}")
            .Any(admin =>
                Lines(Path.Combine(admin, "logs", "HEAD")) is [.., var last] && SharedGitAdminFileChangeClassifier.EntryOf(last) != commit
            );

    private static Task<IReadOnlyDictionary<string, string>> ReadRefsAsync(GitRepository repository, CancellationToken cancellationToken) =>
        new RefStore(repository).ListAsync(Folders, cancellationToken);

    private static bool IsMaking(string line) =>
        line.Split('\t', 2) is [_, var message] && Makings.Any(making => message.StartsWith(making, StringComparison.Ordinal));

    private static string[] HeadLog(Worktree worktree) => Lines(Path.Combine(worktree.AdminDirectory, "logs", "HEAD"));

    private static string[] Lines(string path) =>
        (DurableFile.TryRead(path) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
