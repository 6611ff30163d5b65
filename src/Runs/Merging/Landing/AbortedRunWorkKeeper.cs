using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Keeps, under a ref, the work of a run that is aborted before its landing. The target is not changed, even if a part of the work has
/// already landed (see <see cref="LandingReversal"/>).
/// </summary>
public static class AbortedRunWorkKeeper
{
    /// <summary>Keeps the work on the run's staging branch under a ref.</summary>
    /// <param name="input">The run to abort.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <returns>Description of the kept work and its ref, for users.</returns>
    public static async Task<string> AbortAsync(RetainRunWorkInput input, RunServiceBundle services, CancellationToken stop)
    {
        var folder = new RunFolder(input.Repository.Path, input.RunId);
        var refs = new RefStore(await services.OpenRepositoryAsync(input.Repository.Path));
        if (await refs.ReadAsync($"refs/heads/{input.Staging}", stop) is { } reached)
        {
            var name = RunRefNameBuilder.Aborted(folder);
            await refs.UpdateAsync([new RefChange(name, reached, await refs.ReadAsync(name, stop))], "aborted", stop);
        }
        return TargetBranchMoveHistory.TryRead(folder.Landing) is { } landing
            ? $"{RunRefNameBuilder.Label(landing.Target)} has the run's work; 'orchestrate abort {input.RunId}' reverts it"
            : "";
    }
}
