using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Checks and finds another target for a run whose target was renamed.</summary>
/// <param name="repository">The repository.</param>
/// <param name="prefix">Prefix of the branches of runs, which are no targets.</param>
public sealed class TargetChoice(GitRepository repository, string prefix)
{
    private const string Heads = "refs/heads/";
    private const int MostNamed = 10;

    /// <summary>Checks a branch that a user names.</summary>
    /// <param name="path">A path in the repository.</param>
    /// <param name="branch">The branch, as git shows it.</param>
    /// <param name="services">Where repositories are opened.</param>
    /// <returns>Why it can't be a target, a sentence; null where it can.</returns>
    public static async Task<string?> FindProblemAsync(string path, string branch, RunServices services, CancellationToken stop)
    {
        var heads = await new RefStore(await services.Repositories.OpenAsync(path)).ListAsync([Heads], stop);
        return heads.ContainsKey(Heads + branch)
            ? null
            : $"There is no branch {FileNames.Show(branch)} here. Branches are "
                + $"{FileNames.Some([.. heads.Keys.Select(RunRefs.Shown)], MostNamed)}.";
    }

    /// <summary>Finds the branch that a target may have been renamed to: one that a checkout of the user has now, and that contains the
    /// commit at which the run began.</summary>
    /// <param name="began">That commit.</param>
    /// <returns>Null: there is none.</returns>
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
