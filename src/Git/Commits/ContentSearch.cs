namespace Orchestrator.Git.Commits;

/// <summary>Finds work that a branch has by its content and not by its history: a pull request that was merged by squashing or
/// rebasing.</summary>
public sealed class ContentSearch(GitRepository repository)
{
    // The merge is among the first commits that touched a file after the work began; later ones only hide it if they undo it.
    private const int MostCommits = 50;

    /// <summary>True if one commit of a branch has every file that the work changed exactly as the work left it: content, mode, or absence.
    /// Then the work's own commits may be removed without losing its result, whatever came after.</summary>
    /// <param name="work">The last commit of the work.</param>
    /// <param name="branch">The branch; only first parents are searched.</param>
    /// <returns>False also where the work changed nothing, or has no commit in common with the branch.</returns>
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
