using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Validates and finds another target for a run whose target was renamed.</summary>
/// <param name="repository">The repository.</param>
/// <param name="prefix">Prefix of run branches, which cannot be targets.</param>
public sealed class TargetChoice(GitRepository repository, string prefix)
{
    private const string Heads = "refs/heads/";
    private const int MostNamed = 10;

    /// <summary>Validates a branch that a user names.</summary>
    /// <param name="path">A path in the repository.</param>
    /// <param name="branch">Short name of the branch.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>The reason why it cannot be a target as a sentence, or null if it can.</returns>
    public static async Task<string?> FindProblemAsync(string path, string branch, RunServices services, CancellationToken stop)
    {
        var heads = await new RefStore(await services.Repositories.OpenAsync(path)).ListAsync([Heads], stop);
        return heads.ContainsKey(Heads + branch)
            ? null
            : $"There is no branch {FileNames.Show(branch)} here. Branches are "
                + $"{FileNames.Some([.. heads.Keys.Select(RunRefs.Shown)], MostNamed)}.";
    }

    /// <summary>Finds the branch to which a target may have been renamed. It is checked out by the user now, and contains the commit that
    /// the run started from.</summary>
    /// <param name="began">Commit that the run started from.</param>
    /// <returns>Name of the branch, or null if there is none.</returns>
    public async Task<string?> FindRenamedAsync(string began, CancellationToken stop)
    {
        var commits = new CommitStore(repository);
        foreach (var checkout in await new WorktreeStore(repository).ListAsync(stop))
        {
            if (
                checkout is { Branch: { } branch, Head: { } head }
                && !branch.StartsWith($"{Heads}{prefix}/", StringComparison.Ordinal)
                && await commits.IsAncestorAsync(began, head, stop)
            )
            {
                return RunRefs.Shown(branch);
            }
        }
        return null;
    }
}
