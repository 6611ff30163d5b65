using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// The user's branches and tags, as far as an agent can spoil them. The user works on while agents do, so that a move alone says nothing; but a commit that
/// was made in the agent's own worktree came from the agent, whoever has it now.
/// </summary>
/// <param name="Refs">All branches and tags but ours, with what they name; none where only git itself can read them.</param>
/// <param name="HeadLines">So many moves of the worktree's head were logged before the agent began; in a worktree from the pool they are another task's.</param>
internal sealed record UserBranches(IReadOnlyDictionary<string, string> Refs, int HeadLines)
{
    private static readonly string[] Folders = ["refs/heads", "refs/tags"];

    /// <summary>What git writes to the log of a head when a commit is made there; a fast-forward or a checkout makes none.</summary>
    private static readonly string[] Makings = ["commit", "cherry-pick", "revert"];

    internal static UserBranches Read(GitRepository repository, Worktree worktree) => new(ReadRefs(repository), HeadLog(worktree).Length);

    /// <summary>Those that name a commit of the agent's now, but those below <paramref name="except"/>, which are ours.</summary>
    internal IEnumerable<ForeignChange> Compare(GitRepository repository, Worktree worktree, IReadOnlyCollection<string> except)
    {
        var moved = ReadRefs(repository).Where(now => Refs.GetValueOrDefault(now.Key) != now.Value).ToList();
        if (moved.Count == 0)
        {
            return [];
        }

        var made = HeadLog(worktree).Skip(HeadLines).Where(IsMaking).Select(SharedFiles.EntryOf).ToHashSet(StringComparer.Ordinal);
        return moved
            .Where(now => made.Contains(now.Value) && !except.Any(prefix => now.Key.StartsWith(prefix + "/", StringComparison.Ordinal)))
            .Select(now => new ForeignChange(ForeignChangeKind.Branch, now.Key, Refs.GetValueOrDefault(now.Key), now.Value));
    }

    private static Dictionary<string, string> ReadRefs(GitRepository repository)
    {
        var ledger = new RefLedger(repository);
        var ours = Folders.SelectMany(ledger.Names).Where(RefLedger.Covers).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Folders.SelectMany(folder => RefFiles.TryList(repository, folder) ?? []).Where(name => !ours.Contains(name)))
        {
            if (RefFiles.TryRead(repository, name, out var id) && id is not null)
            {
                found[name] = id;
            }
        }

        return found;
    }

    private static bool IsMaking(string line) =>
        line.Split('\t', 2) is [_, var message] && Makings.Any(making => message.StartsWith(making, StringComparison.Ordinal));

    private static string[] HeadLog(Worktree worktree) =>
        (DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "logs", "HEAD")) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
