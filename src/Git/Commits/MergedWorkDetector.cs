namespace Orchestrator.Git.Commits;

/// <summary>
/// Determines whether a branch contains a task's work by comparing file contents instead of history. Also detects work that was squashed or
/// rebased when a pull request was merged.
/// </summary>
public sealed class MergedWorkDetector(GitRepository repository)
{
    // The commit that merged the work is usually among the first commits that touched one of its files, so only a limited number is
    // searched.
    private const int MostCommits = 50;

    /// <summary>
    /// True if some commit on a branch contains the final version of every file that the work changed. Content and mode must be equal, and
    /// files that the work removed must be absent. If true, the commits of the work can be deleted without losing changes, even if later
    /// commits changed the files again.
    /// </summary>
    /// <param name="work">Last commit of the work.</param>
    /// <param name="branch">The branch to search. Only its first-parent chain is searched.</param>
    /// <returns>True if the branch contains the work. False also if the work changed nothing or shares no commit with the
    /// branch.</returns>
    public async Task<bool> IsInAsync(string work, string branch, CancellationToken cancellationToken = default)
    {
        var common = await repository.ReadAsync(
            repository.Call("merge-base", work, branch) with
            {
                AnswerCodes = [0, 1],
            },
            cancellationToken
        );
        if (common.ExitCode != 0)
        {
            return false;
        }
        var began = common.Text.Trim();
        var diffs = new GitDiffReader(repository);
        var changed = (await diffs.BetweenAsync(began, work, cancellationToken))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        if (changed.Count == 0)
        {
            return false;
        }
        var touching = await repository.ReadAsync(
            repository.Call([
                "rev-list",
                "--first-parent",
                "--reverse",
                branch,
                "^" + began,
                "--",
                ":(top,literal)" + changed.Order(StringComparer.Ordinal).First(),
            ]),
            cancellationToken
        );
        foreach (var commit in touching.Lines.Take(MostCommits))
        {
            if (!(await diffs.BetweenAsync(commit, work, cancellationToken)).Any(file => changed.Contains(file.Path)))
            {
                return true;
            }
        }
        return false;
    }
}
