using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;

namespace Orchestrator.App.Cleaning;

/// <summary>
/// Removes the refs of a run from the shared remote when all leftovers of the run are removed. A branch is removed only if the user's own
/// branches contain its commits.
/// </summary>
/// <param name="repository">Repository of the runs.</param>
/// <param name="remote">Name or address of the remote in this machine's settings, because each machine may use another name. Null if none
/// is configured.</param>
internal sealed class RemoteRunRefRemover(GitRepository repository, string? remote)
{
    /// <summary>Removes a run's refs from the remote.</summary>
    /// <param name="run">Run whose local refs are removed.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>Sentence that explains why some refs remain, or null if all refs were removed.</returns>
    public async Task<string?> RemoveAsync(EndedRun run, CancellationToken stop)
    {
        if (RunStartSettings.TryRead(run.Folder)?.Settings.Wip.Remote is not { } own)
        {
            return null;
        }
        var shared = remote ?? own;
        var refs = new RemoteRefs(repository, shared);
        var prefix = run.BranchPrefix ?? "";
        var (found, problem) = await refs.ListAsync(["refs/orchestrator/*", $"{LeftoverRefs.Heads}{prefix}/{run.Folder.Name}/*"], stop);
        if (problem.Length > 0)
        {
            return Left(problem);
        }
        var ofRun = new LeftoverRefs(prefix).RefsOf(run, found).ToList();
        var contained = await new UserReachableCommits(repository, [prefix]).ContainedAsync(
            [.. ofRun.Select(one => one.Commit).Distinct()],
            stop
        );
        var gone = ofRun
            .Where(one => !one.Ref.StartsWith(LeftoverRefs.Heads, StringComparison.Ordinal) || contained.Contains(one.Commit))
            .ToDictionary(one => one.Ref, one => one.Commit, StringComparer.Ordinal);
        return gone.Count > 0 && await refs.RemoveAsync(gone, stop) is { Length: > 0 } refusal ? Left(refusal) : null;

        string Left(string why) => $"the refs of {run.Status.RunId} on {shared} were not removed: {why}";
    }
}
