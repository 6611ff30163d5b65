using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.App.Verification;

/// <summary>
/// Runs gates in one of the user's folders, or in a worktree that no set-up commands have prepared. Other programs may write to the folder,
/// so a gate's result is stored only if the files were the same before and after the gate.
/// </summary>
internal sealed class CheckoutGateRunner(
    GitRepository repository,
    IReadOnlyList<EffectiveGate> gates,
    string evidence,
    RunServiceBundle services,
    OrchestratorSettings settings,
    Action<GateVerdict> told,
    Action<QueuedGateRecord> waits
)
{
    /// <summary>Maximum total size in bytes of the files for which a tree id is computed. Computing the id reads all files.</summary>
    private const long MostBytes = 64L * 1024 * 1024;

    private readonly GateResultStore _results = new(services.Environment, TimeProvider.System);
    private readonly GateRunner _runner = new(GateScheduler.Of(services.Environment, told: waits));

    /// <summary>Runs the gates, except gates with a cached result.</summary>
    /// <param name="worktree">Worktree to run in.</param>
    /// <param name="question">Question without a tree, which is filled in.</param>
    /// <param name="baseline">Restores the worktree to its commit after each gate. Null if the files belong to the user and must not be
    /// changed.</param>
    /// <param name="stop">Kills the running gate.</param>
    public async Task<IReadOnlyList<GateVerdict>> RunAsync(
        Worktree worktree,
        GateResultQuery question,
        WorktreeRestorer? baseline,
        CancellationToken stop
    )
    {
        var restorer = baseline is null ? null : new GateWorktreeRestorer(baseline, new HashSet<string>());
        // Resources are claimed as in a run, but until this process ends, because the user may verify the same folder twice at the same
        // time.
        var claims = WorktreePortAndFolderAssigner.Of(services.Environment);
        var resources = await claims.ClaimAsync(worktree.Path, WorktreePurpose.Fresh, stop, ProcessIdentity.Current);
        try
        {
            var subject = await SubjectOfAsync(worktree, question, resources, restorer, stop);
            question = question with { Gates = [.. gates.Select(holding => holding.Gate)] };
            using var outputs = baseline is null
                ? null
                : new WorktreeGateFileChangeTracker(
                    worktree.Path,
                    worktree.Path + ".aside",
                    WorktreeSharedFolderOverlayStore.Of(resources)
                );
            outputs?.Begin([]);
            var tree = await TreeAsync(worktree, question, stop);
            var found = new List<GateVerdict>();
            foreach (var (gate, source) in gates)
            {
                var asked = question with { Tree = tree ?? "" };
                var lookup = tree is null ? null : await _results.FindAsync(repository, gate, asked, stop);
                var verdict = lookup?.Known;
                if (verdict is null)
                {
                    var isClean = outputs is null || Start(outputs, gate, question.Gates);
                    var own = gate.Network is { } network ? subject with { Sandbox = await SandboxAsync(network) } : subject;
                    var ran = await RunAsync(gate, own, restorer, Path.Combine(evidence, $"gate-{found.Count + 1}.log"), stop);
                    outputs?.Record(gate, restorer!.Left);
                    var after = tree is null ? null : await TreeAsync(worktree, question, stop);
                    var key = after == tree && isClean ? lookup?.Key : null;
                    verdict = await _results.NoteAsync(repository, ran, asked, key, leavesFiles: true, stop);
                    tree = after;
                }
                found.Add(verdict with { Source = source });
                told(found[^1]);
            }
            return found;

            Task<Sandbox?> SandboxAsync(IReadOnlyList<string> hosts) =>
                RunSandboxFactory.OfTreeAsync(
                    settings,
                    worktree,
                    resources,
                    new SandboxPurpose(SandboxedProgramKind.Gate, evidence) { Hosts = hosts },
                    services,
                    stop
                );
        }
        finally
        {
            await claims.ReleaseAsync(worktree.Path, ProcessIdentity.Current);
        }
    }

    private async Task<GateRunContext> SubjectOfAsync(
        Worktree worktree,
        GateResultQuery question,
        WorktreePortsAndFolders resources,
        GateWorktreeRestorer? restorer,
        CancellationToken stop
    ) =>
        new()
        {
            Directory = worktree.Path,
            ChangedFiles = question.Changed,
            Environment = GateAndSetUpEnvironmentBuilder.Of(
                services.Environment,
                resources,
                settings,
                repository.MainCheckout ?? worktree.Path,
                SandboxedProgramKind.Gate
            ),
            TemporaryFolder = resources.TemporaryFolder,
            Origin = new GateOrigin(worktree.Path, "", ""),
            // The result is only shown to the user and does not fail an attempt.
            TrustsOutput = true,
            Sandbox = await RunSandboxFactory.OfTreeAsync(
                settings,
                worktree,
                resources,
                new SandboxPurpose(SandboxedProgramKind.Gate, evidence),
                services,
                stop
            ),
            PutBack = restorer is null ? null : restorer.PutBackAsync,
        };

    /// <summary>
    /// Prepares the folder for a gate in the same way as a run. Returns false if the gate's result must not be stored, because the prepared
    /// files differ from those in a run.
    /// </summary>
    private static bool Start(WorktreeGateFileChangeTracker outputs, Gate gate, IReadOnlyList<Gate> all)
    {
        var needed = GateOrder.NeededBy(gate, all);
        var startsClean = all.Any(one =>
            (one.Clean || (one.Type == GateType.Test && one.MayBeCached)) && (one == gate || GateOrder.NeededBy(one, all).Contains(gate))
        );
        if (startsClean)
        {
            return outputs.TryKeepOnly(needed);
        }
        outputs.RestoreAll();
        return outputs.AreOnlyOf(needed);
    }

    private async Task<GateVerdict> RunAsync(
        Gate gate,
        GateRunContext subject,
        GateWorktreeRestorer? restorer,
        string log,
        CancellationToken stop
    )
    {
        var verdict = await _runner.RunAsync(gate, subject, log, stop);
        if (restorer is null)
        {
            return verdict;
        }
        var removed = restorer.RemovedBefore;
        var traces = await restorer.EndAsync(stop);
        return traces.IsWhole
            ? GateWorktreeChangeRecorder.AddNotes(verdict, traces, [], removed)
            : throw new GitException(
                $"The gate '{gate.Name}' left files in '{subject.Directory}' that can't be restored to the commit, so later gates "
                    + "would prove nothing. Run the gates one by one, or make the gate remove the files that it creates as other users."
            );
    }

    /// <summary>Returns the tree id of the current files, or null if computing it is too expensive or git fails.</summary>
    private async Task<string?> TreeAsync(Worktree worktree, GateResultQuery question, CancellationToken stop)
    {
        if (!settings.Gates.Cache || question.Changed.Sum(file => SizeOf(Path.Combine(worktree.Path, file))) > MostBytes)
        {
            return null;
        }
        try
        {
            // Gates write their output below .orchestrator.
            return (await new WorktreeGitTreeWriter(worktree).WriteAsync(stop, without: ".orchestrator")).Tree;
        }
        catch (GitException)
        {
            // A confined agent can't write to the repository. Without a tree id the gates run.
            return null;
        }
    }

    private static long SizeOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
