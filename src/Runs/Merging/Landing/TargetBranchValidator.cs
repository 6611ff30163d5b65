using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Validates a new target for a run, and finds the new name of a target that was renamed.</summary>
/// <param name="repository">The repository.</param>
/// <param name="prefix">Prefix of the names of run branches, which can't be targets.</param>
public sealed class TargetBranchValidator(GitRepository repository, string prefix)
{
    private const string Heads = "refs/heads/";
    private const int MostNamed = 10;

    /// <summary>Validates a branch that a user chose as target.</summary>
    /// <param name="path">Absolute path of a folder in the repository.</param>
    /// <param name="branch">Short name of the branch.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>Sentence with the reason why the branch can't be the target, or null if it can.</returns>
    public static async Task<string?> FindProblemAsync(string path, string branch, RunServiceBundle services, CancellationToken stop)
    {
        var heads = await new RefStore(await services.Repositories.OpenAsync(path)).ListAsync([Heads], stop);
        return heads.ContainsKey(Heads + branch)
            ? null
            : $"The repository has no branch {FileNameEncoding.Show(branch)}. Its branches: "
                + $"{FileNameEncoding.List([.. heads.Keys.Select(RunRefNameBuilder.Label)], MostNamed)}.";
    }

    /// <summary>
    /// Finds the branch to which a target was probably renamed. This is the first checked-out branch that belongs to no run and contains
    /// the commit from which the run started.
    /// </summary>
    /// <param name="began">Commit from which the run started.</param>
    /// <returns>Short name of the branch, or null if there is none.</returns>
    public async Task<string?> FindRenamedAsync(string began, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(repository);
        foreach (var checkout in await new WorktreeManager(repository).ListAsync(stop))
        {
            if (
                checkout is { Branch: { } branch, Head: { } head }
                && !branch.StartsWith($"{Heads}{prefix}/", StringComparison.Ordinal)
                && await commits.IsAncestorAsync(began, head, stop)
            )
            {
                return RunRefNameBuilder.Label(branch);
            }
        }
        return null;
    }
}
