namespace Orchestrator.Git.Commits;

/// <summary>Detects by content, not by history, that a branch contains some work, for example after a squash or rebase merge of a pull
/// request.</summary>
public sealed class ContentSearch(GitRepository repository)
{
    // The merge is among the first commits that touched a file after the work started. Later commits hide it only if they undo it.
    private const int MostCommits = 50;

    /// <summary>True if a commit of a branch has every file changed by the work exactly as the work left it. Content and mode must be
    /// equal, or the file equally absent. The work's own commits can then be removed without losing its result, whatever followed on the
    /// branch.</summary>
    /// <param name="work">Last commit of the work.</param>
    /// <param name="branch">The branch, of which only first parents are searched.</param>
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
        var diffs = new Diffs(repository);
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
