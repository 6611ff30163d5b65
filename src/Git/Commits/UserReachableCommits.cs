namespace Orchestrator.Git.Commits;

/// <summary>Commits reachable from the user's own branches, tags and remote-tracking branches. These commits are never removed.</summary>
/// <param name="prefixes">Prefixes of our branches, such as <c>orchestrator</c>.</param>
public sealed class UserReachableCommits(GitRepository repository, IReadOnlyCollection<string> prefixes)
{
    /// <summary>
    /// Returns those of the given commits that are reachable from the user's branches and tags. Uses one git process for any number of
    /// commits.
    /// </summary>
    /// <param name="commits">Ids of the commits. Ids that are not commits of the repository are ignored.</param>
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
                // Excludes remote-tracking copies of our own branches, which exist if several hosts share a remote.
                .. prefixes.Select(prefix => $"--exclude=*/{prefix}/*"),
                "--remotes",
                "--",
            ]) with
            {
                Input = ProcessStandardInput.FromText(Lines(present)),
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
                Input = ProcessStandardInput.FromText(Lines(commits)),
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
