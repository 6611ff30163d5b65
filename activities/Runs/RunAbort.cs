using Orchestrator.Contracts;
using Orchestrator.Git;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Ends a run before its work counts: what it had reached is kept under a ref of its own, and a landing that had happened is taken back where nobody can
/// have built on it; else a commit that undoes it is offered.
/// </summary>
internal static class RunAbort
{
    /// <summary>What was done about the target, for people; empty where nothing had landed.</summary>
    public static async Task<string> AbortAsync(AbortInput input, CancellationToken stop)
    {
        var folder = new RunFolder(input.Repository.Path, input.RunId);
        var repository = await Repositories.OpenAsync(input.Repository.Path);
        var refs = new Refs(repository);
        if (await refs.ReadAsync($"refs/heads/{input.Staging}", stop) is { } reached)
        {
            var name = RunRefs.Aborted(folder);
            await refs.UpdateAsync([new RefChange(name, reached, await refs.ReadAsync(name, stop))], "aborted", stop);
        }
        if (LandingNote.TryRead(folder.Landing) is not { } landing)
            return "";
        var result = await new LandingReversal(repository).TakeBackAsync(landing.Target, landing.Commit, landing.Before, folder.Name, stop);
        return result.State == ReversalState.NotLanded ? "" : result.Reason;
    }
}
