using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Results;
using Orchestrator.Git;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Verification;

/// <summary>Runs the gates of a task on the current files or on a commit, outside a run.</summary>
public static class StandaloneGateRunner
{
    /// <summary>Returns a project's gates, which are determined by the same rules as in a run.</summary>
    /// <param name="directory">Root of the project, whose manifests may define gates.</param>
    public static ProjectGates GatesOf(OrchestratorSettings settings, string directory) =>
        RunStartSettings.GatesOf(settings, ManifestGateDetector.Detect(directory));

    /// <summary>Runs gates one after another. Gates with a cached passing result for the same files are not run.</summary>
    /// <param name="workTree">Root of the main or a linked work tree.</param>
    /// <param name="commit">Commit to check in a temporary worktree, or null to check the current files.</param>
    /// <param name="gates">Gates to run.</param>
    /// <param name="ofManifests">Gates defined by the project's manifests.</param>
    /// <param name="evidence">Folder for the gates' output.</param>
    /// <param name="context">Provides the services of this machine. Gates get only the environment variables that programs need.</param>
    /// <param name="settings">Variables from <c>worktrees.env</c>, and the use of earlier results.</param>
    /// <param name="fresh">True to ignore earlier results.</param>
    /// <param name="told">Called for each result.</param>
    /// <param name="waits">Called for a gate that has to wait for another one on this machine.</param>
    /// <param name="stop">Kills the running gate.</param>
    /// <returns>A result for each gate, or null if the commit does not exist.</returns>
    /// <exception cref="GitException">Git failed.</exception>
    public static async Task<IReadOnlyList<GateVerdict>?> RunAsync(
        string workTree,
        string? commit,
        IReadOnlyList<EffectiveGate> gates,
        IReadOnlyList<Gate> ofManifests,
        string evidence,
        UseCaseServiceBundle context,
        OrchestratorSettings settings,
        bool fresh,
        Action<GateVerdict> told,
        Action<string> waits,
        CancellationToken stop
    )
    {
        var services = context.Services;
        var repositories = new GitRepositoryCache();
        var opened = await repositories.WithCurrentConfigurationAsync(
            await repositories.OpenAsync(workTree),
            GitConfigurationCopyStore.FolderOf(services.Environment)
        );
        var verification = new CheckoutGateRunner(opened, gates, evidence, services, settings, told, waiting => waits(waiting.ToString()));
        var question = new GateResultQuery("", [], settings, WorktreeSetUpRunner.CommandsOf(settings, workTree, ofManifests))
        {
            Fresh = fresh,
            ReadQuarantine = _ => Task.FromResult(new FlakyTests(workTree, context).Read().Quarantine),
        };
        if (commit is null)
        {
            var known = new WorktreeManager(opened);
            var worktree = known.FindLinked(workTree) ?? known.FindMainCheckout()!;
            var status = await WorktreeStatus.ReadAsync(worktree, stop);
            return await verification.RunAsync(
                worktree,
                question with
                {
                    // Untracked files, such as manually installed packages, belong to this folder, so its results apply only to it.
                    Place = workTree,
                    Changed = [.. status.Entries.Select(entry => entry.Path)],
                },
                baseline: null,
                stop
            );
        }
        return await new GitCommitReaderAndWriter(opened).ReadAsync(commit, stop) is { } found
            ? await RunAtAsync(opened, found, verification, question, stop)
            : null;
    }

    /// <summary>Runs the gates in a temporary worktree in which the given commit is checked out.</summary>
    private static async Task<IReadOnlyList<GateVerdict>> RunAtAsync(
        GitRepository opened,
        CommitInfo found,
        CheckoutGateRunner verification,
        GateResultQuery question,
        CancellationToken stop
    )
    {
        var path = Path.Combine(Path.GetTempPath(), $"orchestrate-verify-{Guid.NewGuid():N}");
        var worktrees = new WorktreeManager(opened);
        try
        {
            var worktree = await worktrees.EnsureAsync(
                new WorktreeRequest(path, found.Id) { LockReason = "gates run here (orchestrate verify)" },
                stop
            );
            return await verification.RunAsync(
                worktree,
                question with
                {
                    Place = question.SetUp.Count == 0 ? "" : "without set-up",
                    Changed = await ChangedAsync(opened, found, stop),
                },
                WorktreeRestorer.Of(worktree, found.Id, path + ".index"),
                stop
            );
        }
        finally
        {
            File.Delete(path + ".index");
            await worktrees.RemoveAsync(path, CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<string>> ChangedAsync(GitRepository repository, CommitInfo commit, CancellationToken stop) =>
        commit.Parents.Count == 0
            ? []
            : [.. (await new GitDiffReader(repository).BetweenAsync(commit.Parents[0], commit.Id, stop)).Select(change => change.Path)];
}
