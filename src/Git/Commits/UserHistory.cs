namespace Orchestrator.Git.Commits;

/// <summary>What is in the history of the person's own branches, tags and remote-tracking branches, which are never ours to
/// remove.</summary>
/// <param name="prefixes">First parts of the names of our branches, such as <c>orchestrator</c>.</param>
public sealed class UserHistory(GitRepository repository, IReadOnlyCollection<string> prefixes)
{
    /// <summary>Those of these commits that are in it, with everything before them. One question to git, however many they are.</summary>
    /// <param name="commits">Ids; what is no commit of the repository is not in it.</param>
    public async Task<IReadOnlySet<string>> ContainedAsync(
        IReadOnlyCollection<string> commits,
        CancellationToken cancellationToken = default
    )
    {
        var present = await PresentAsync(commits, cancellationToken);
        if (present.Count == 0)
        {
            return new HashSet<string>();
        }
        var output = await repository.ReadAsync(
            repository.Call([
                "rev-list",
                "--stdin",
                "--not",
                .. prefixes.Select(prefix => $"--exclude={prefix}/*"),
                "--branches",
                "--tags",
                "--remotes",
                "--",
            ]) with
            {
                Input = ProcessInput.FromText(Lines(present)),
            },
            cancellationToken
        );
        var missing = output.Lines.ToHashSet(StringComparer.Ordinal);
        return present.Where(commit => !missing.Contains(commit)).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<string>> PresentAsync(IReadOnlyCollection<string> commits, CancellationToken cancellationToken)
    {
        if (commits.Count == 0)
        {
            return [];
        }
        var output = await repository.ReadAsync(
            repository.Call("cat-file", "--batch-check=%(objectname) %(objecttype)") with
            {
                Input = ProcessInput.FromText(Lines(commits)),
            },
            cancellationToken
        );
        return
        [
            .. output.Lines.Where(line => line.EndsWith(" commit", StringComparison.Ordinal)).Select(line => line[..^" commit".Length]),
        ];
    }

    private static string Lines(IEnumerable<string> commits) => string.Concat(commits.Select(commit => commit + "\n"));
}
