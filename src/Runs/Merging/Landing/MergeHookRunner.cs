using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;
using Orchestrator.Git.Landing;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Runs the user's merge hook as a gate, in a worktree outside the repository. The change is staged on top of the target, like a git merge
/// that is about to be committed. The hook may execute code that agents wrote, so it runs in the same sandbox as a gate.
/// </summary>
internal sealed class MergeHookRunner(RunServiceBundle services)
{
    /// <summary>Runs the merge hook as a gate.</summary>
    /// <param name="hook">The hook to run.</param>
    /// <param name="commit">Commit that is to land.</param>
    /// <param name="onto">Current commit of the target.</param>
    /// <param name="stop">Stops the hook.</param>
    /// <returns>The verdict, and the files that the hook changed. Those files differ from the verified ones.</returns>
    public async Task<(GateVerdict Verdict, IReadOnlyList<string> Changed)> RunAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        GitMergeHookLocation hook,
        string commit,
        string onto,
        CancellationToken stop
    )
    {
        var gate = new Gate(ChildProcessOptions.Quote(hook.Path), GateType.Lint, Description: $"the hook {hook.Name}");
        var evidence = files.Folder.LandingEvidence;
        await using var tree = new CommitGateWorktree(files, repository, services, commit, isMerge: true, isBase: false, evidence, "");
        if (await tree.BeginAsync(stop) is { } failure)
        {
            return (CommitGateRunner.NotSetUp(gate, failure), []);
        }
        await tree.Place.Baseline.StageOnAsync(onto, stop);
        var changed = (await new GitDiffReader(repository).BetweenAsync(onto, commit, stop)).Select(change => change.Path).ToList();
        var runner = new GateRunner(GateScheduler.Of(services.Environment, services.Time), services.Time);
        var subject = await tree.SubjectAsync(changed, gate: null, stop);
        var verdict = await runner.RunAsync(
            gate,
            subject with
            {
                RerunFailure = false,
                Sandbox = subject.Sandbox is { } sandbox ? sandbox with { Visible = [.. sandbox.Visible, hook.Path] } : null,
            },
            Path.Combine(evidence, $"hook-{hook.Name}.log"),
            stop
        );
        var (setUp, removed) = (tree.ChangedBySetUp, tree.Restorer.RemovedBefore);
        var traces = await tree.EndAsync(stop);
        verdict = GateWorktreeChangeRecorder.AddNotes(verdict, traces, setUp, removed);
        GateEvidence.Add(files.Folder, evidence, verdict);
        return (verdict, [.. traces.Changed, .. traces.Removed]);
    }
}
