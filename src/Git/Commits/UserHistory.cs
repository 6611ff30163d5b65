namespace Orchestrator.Git.Commits;

/// <summary>The history of the person's own branches, tags and remote-tracking branches, which we must never remove.</summary>
/// <param name="prefixes">Prefixes of our branches, such as <c>orchestrator</c>.</param>
public sealed class UserHistory(GitRepository repository, IReadOnlyCollection<string> prefixes)
{
    /// <summary>The commits among those given that are in the user's history. One git process, however many they are.</summary>
    /// <param name="commits">Ids; an id that is no commit of the repository is not in it.</param>
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
                // Ours, as they come back from a remote that machines share.
                .. prefixes.Select(prefix => $"--exclude=*/{prefix}/*"),
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
