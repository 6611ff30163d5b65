using Orchestrator.Git;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.QualityGates;
using Orchestrator.Runs.Tasks;
using Orchestrator.Settings;

namespace Orchestrator.Runs.Gates;

/// <summary>Runs the gates that a task has to pass, on the files as they are or on a commit, without a run.</summary>
public static class CheckoutVerification
{
    /// <summary>What a task has to pass, by the same rules as in a run, with where each gate comes from.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="task">The task.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="directory">Root of the project, where manifests may name gates.</param>
    public static IReadOnlyList<HoldingGate> GatesOf(Plan plan, PlanTask task, OrchestratorSettings settings, string directory) =>
        RunStart.GatesOf(settings, GateDetection.Detect(directory)).Explain(plan, task);

    /// <summary>Runs gates one after the other.</summary>
    /// <param name="workTree">Root of the work tree, the main one or a linked one.</param>
    /// <param name="commit">The commit to check, in a worktree that is removed afterwards; null: the files as they are.</param>
    /// <param name="gates">What to run.</param>
    /// <param name="evidence">Folder for what the gates print.</param>
    /// <param name="environment">The process's variables; gates get only what programs need to work.</param>
    /// <param name="settings">What <c>worktrees.env</c> adds to them.</param>
    /// <param name="told">Told of each verdict as it comes.</param>
    /// <param name="waits">Told of a gate that has to wait for another on this machine.</param>
    /// <param name="stop">Kills the gate that runs.</param>
    /// <returns>A verdict for each gate; null when there is no such commit.</returns>
    /// <exception cref="GitException">Git failed.</exception>
    public static async Task<IReadOnlyList<GateVerdict>?> RunAsync(
        string workTree,
        string? commit,
        IReadOnlyList<Gate> gates,
        string evidence,
        IReadOnlyDictionary<string, string> environment,
        WorktreeSettings settings,
        Action<GateVerdict> told,
        Action<WaitingGate> waits,
        CancellationToken stop
    )
    {
        var runner = new GateRunner(GateTurns.Of(environment, told: waits));
        var opened = await new GitRepositories().OpenAsync(workTree);
        if (commit is null)
        {
            var known = new WorktreeStore(opened);
            var status = await WorktreeStatus.ReadAsync(known.Find(workTree) ?? known.FindMainCheckout()!, stop);
            return await RunAsync(
                workTree,
                [.. status.Entries.Select(entry => entry.Path)],
                gates,
                evidence,
                environment,
                settings,
                runner,
                told,
                stop
            );
        }

        if (await new CommitStore(opened).ReadAsync(commit, stop) is not { } found)
        {
            return null;
        }
        var path = Path.Combine(Path.GetTempPath(), $"orchestrate-verify-{Guid.NewGuid():N}");
        var worktrees = new WorktreeStore(opened);
        try
        {
            await worktrees.EnsureAsync(new WorktreeRequest(path, found.Id) { LockReason = "gates run here (orchestrate verify)" }, stop);
            return await RunAsync(
                path,
                await ChangedAsync(opened, found, stop),
                gates,
                evidence,
                environment,
                settings,
                runner,
                told,
                stop
            );
        }
        finally
        {
            await worktrees.RemoveAsync(path, CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<string>> ChangedAsync(GitRepository repository, CommitInfo commit, CancellationToken stop) =>
        commit.Parents.Count == 0
            ? []
            : [.. (await new Diffs(repository).BetweenAsync(commit.Parents[0], commit.Id, stop)).Select(change => change.Path)];

    private static async Task<IReadOnlyList<GateVerdict>> RunAsync(
        string directory,
        IReadOnlyList<string> changed,
        IReadOnlyList<Gate> gates,
        string evidence,
        IReadOnlyDictionary<string, string> environment,
        WorktreeSettings settings,
        GateRunner runner,
        Action<GateVerdict> told,
        CancellationToken stop
    )
    {
        Directory.CreateDirectory(evidence);
        // As in a run, but for as long as this process lives: the folder is the user's own, and may be verified twice at the same time.
        var claims = WorktreeResourceClaims.Of(environment);
        var resources = await claims.TakeAsync(directory, WorktreeUse.Fresh, stop, ProcessIdentity.Current);
        try
        {
            var subject = new GateSubject
            {
                Directory = directory,
                ChangedFiles = changed,
                Environment = GateEnvironment.Make(environment, resources.Variables(settings.Environment)),
                TemporaryFolder = resources.TemporaryFolder,
                Origin = new GateOrigin(directory, "", ""),
            };
            var verdicts = new List<GateVerdict>();
            foreach (var gate in gates)
            {
                verdicts.Add(await runner.RunAsync(gate, subject, Path.Combine(evidence, $"gate-{verdicts.Count + 1}.log"), stop));
                told(verdicts[^1]);
            }

            return verdicts;
        }
        finally
        {
            await claims.ReleaseAsync(directory, ProcessIdentity.Current);
        }
    }
}
