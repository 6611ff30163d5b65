using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Machine.Cleaning;

/// <summary>The refs of runs on the remote that machines share. They go with a run that is cleaned up as a whole; a branch only if the
/// user's own branches have its commits.</summary>
/// <param name="repository">The repository.</param>
/// <param name="remote">Name or address of the remote by the settings here, where each machine may know it by another; null: none is
/// set.</param>
internal sealed class SharedCopies(GitRepository repository, string? remote)
{
    /// <summary>Removes what the remote has of a run.</summary>
    /// <param name="run">The run, whose refs here are gone.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>Why something is still there, a sentence; null: nothing is.</returns>
    public async Task<string?> RemoveAsync(EndedRun run, CancellationToken stop)
    {
        if (RunStart.TryRead(run.Folder)?.Settings.Wip.Remote is not { } own)
        {
            return null;
        }
        var shared = remote ?? own;
        var refs = new RemoteRefs(repository, shared);
        var prefix = run.BranchPrefix ?? "";
        var (found, problem) = await refs.ListAsync(["refs/orchestrator/*", $"{LeftRefs.Heads}{prefix}/{run.Folder.Name}/*"], stop);
        if (problem.Length > 0)
        {
            return Left(problem);
        }
        var ofRun = new LeftRefs(prefix).RefsOf(run, found).ToList();
        var contained = await new UserHistory(repository, [prefix]).ContainedAsync([.. ofRun.Select(one => one.Commit).Distinct()], stop);
        var gone = ofRun
            .Where(one => !one.Ref.StartsWith(LeftRefs.Heads, StringComparison.Ordinal) || contained.Contains(one.Commit))
            .ToDictionary(one => one.Ref, one => one.Commit, StringComparer.Ordinal);
        return gone.Count > 0 && await refs.RemoveAsync(gone, stop) is { Length: > 0 } refusal ? Left(refusal) : null;

        string Left(string why) => $"what {shared} has of {run.Status.RunId} stays there: {why}";
    }
}
