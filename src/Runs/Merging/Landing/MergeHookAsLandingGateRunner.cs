using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Runs the user's merge hook as the last gate of a landing, if <c>git.hooks</c> is <c>landing</c>.</summary>
internal sealed class MergeHookAsLandingGateRunner(
    RunPlanAndSettings files,
    GitRepository repository,
    RunServiceBundle services,
    LandInput input
)
{
    /// <summary>Runs the merge hook immediately before the target branch moves.</summary>
    /// <param name="request">The landing to check.</param>
    /// <param name="tip">Commit of staging, with the same files as the commit to land.</param>
    /// <param name="stop">Stops the hook.</param>
    /// <returns>The rejection of the landing, or null if the hook passed or no hook exists.</returns>
    public async Task<LandResult?> CheckAsync(LandingRequest request, string tip, CancellationToken stop)
    {
        if (
            files.Settings.Git.Hooks != LandingGitHookMode.Landing
            || await new RefStore(repository).ReadAsync(request.Target, stop) is not { } onto
            || onto == request.Commit
            || !await new GitCommitReaderAndWriter(repository).IsAncestorAsync(onto, request.Commit, stop)
        )
        {
            return null;
        }
        var place = request.Checkout ?? repository.MainCheckout!;
        var open = await services.Repositories.OpenAsync(files.Folder.Repository);
        if (await GitMergeHookLocation.FindAsync(open, place, stop) is not { } hook)
        {
            return null;
        }
        var (verdict, changed) = await new MergeHookRunner(services).RunAsync(files, repository, hook, tip, onto, stop);
        var why =
            changed.Count > 0 && (verdict.IsAcceptable || verdict.Repaired is not null)
                ? $"changed {FileNameEncoding.List(changed)}, and no gate verified the result."
            : !verdict.IsAcceptable ? $"rejects the merged work: {CommitGateRunner.Explain(files, verdict)}"
            : null;
        return why is null
            ? null
            : new LandResult
            {
                Evidence = CommitGateRunner.EvidenceOf(files, verdict),
                Message =
                    $"Nothing was landed, because your hook {hook.Name} {why} Repair "
                    + $"it on {input.Staging} ({new SuggestedStagingCommandBuilder(repository, input.RunId, input.Staging).Edit}), or set "
                    + $"git.hooks: off; "
                    + $"then: {RunLandingExecutor.Command(input)}",
            };
    }
}
