using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Whether the code of a run's steps is confined here (<c>permissions.sandbox</c>, and <c>isolation: sandbox</c> of a
/// task).</summary>
public static class StepSandbox
{
    private const string Must = "Agents must be confined (permissions.sandbox, or 'isolation: sandbox' in the plan).";
    private const string Cure =
        "Install bubblewrap (and allow user namespaces), or set permissions.sandbox to auto and take 'isolation: sandbox' out of the plan.";

    /// <summary>The rules for a run's steps; null where they are not confined.</summary>
    /// <param name="mustBe">A task demands it, whatever the settings say.</param>
    public static Task<SandboxRules?> RulesAsync(
        OrchestratorSettings settings,
        string repository,
        RunServices services,
        bool mustBe = false
    ) => RulesAsync(settings, repository, services.Bubblewrap, services.Environment, mustBe);

    /// <summary>The sandbox of a gate, set-up or package manager in a tree; null where they are not confined.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="resources">The tree's resources.</param>
    /// <param name="role">The kind of program.</param>
    public static Task<Sandbox?> OfTreeAsync(
        OrchestratorSettings settings,
        Worktree tree,
        WorktreeResources resources,
        SandboxRole role,
        RunServices services,
        CancellationToken stop
    ) => OfTreeAsync(settings, tree, resources, role, services.Bubblewrap, services.Environment, stop);

    /// <inheritdoc cref="OfTreeAsync(OrchestratorSettings, Worktree, WorktreeResources, SandboxRole, RunServices, CancellationToken)"/>
    public static async Task<Sandbox?> OfTreeAsync(
        OrchestratorSettings settings,
        Worktree tree,
        WorktreeResources resources,
        SandboxRole role,
        Bubblewrap bubblewrap,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        if (await RulesAsync(settings, tree.Repository.MainCheckout ?? tree.Path, bubblewrap, environment, mustBe: false) is not { } rules)
        {
            return null;
        }
        var configuration = await ConfinedConfiguration.MakeAsync(
            tree.Repository,
            Path.Combine(resources.LayerFolder, "git", role.ToString()),
            stop
        );
        var sandbox = rules.OfTree(tree, resources.TemporaryFolder, configuration);
        return rules.WithDownloads(
            sandbox,
            PrivateLayers.Of(resources),
            role,
            await bubblewrap.CanOverlayAsync(sandbox.Program, Path.GetDirectoryName(resources.LayerFolder)!)
        );
    }

    private static async Task<SandboxRules?> RulesAsync(
        OrchestratorSettings settings,
        string repository,
        Bubblewrap bubblewrap,
        IReadOnlyDictionary<string, string> environment,
        bool mustBe
    ) =>
        (mustBe || settings.Permissions.Sandbox != "off") && (await bubblewrap.CheckAsync()).Program is { } program
            ? new SandboxRules(program, environment, settings.Permissions, repository)
            : null;

    /// <summary>Why the agent of a task can't be started: it must be confined, and can't be; empty where it can.</summary>
    /// <param name="worktree">Its worktree; null where git knows none.</param>
    /// <param name="relativePath">Its path for people.</param>
    public static async Task<string> RefusalAsync(
        OrchestratorSettings settings,
        PlanTask task,
        Worktree? worktree,
        string relativePath,
        RunServices services
    ) =>
        !MustBe(settings, task) ? ""
        : await services.Bubblewrap.CheckAsync() is { Program: null } check ? Missing(check)
        : worktree is null
            ? $"{Must} git does not know {relativePath} as a worktree of this repository, so there is nothing to confine the agent to. See "
                + $"'git worktree list'; 'git worktree repair {relativePath}' helps where the folder was moved."
        : "";

    /// <summary>Preflight: an error where agents must be confined and can't be, a warning where the program is installed and does not
    /// work.</summary>
    public static async Task<(string Error, string Warning)> PreflightAsync(RunFiles files, RunServices services)
    {
        var mustBe = files.Plan.Tasks.Any(task => MustBe(files.Settings, task));
        if (!mustBe && files.Settings.Permissions.Sandbox == "off")
        {
            return ("", "");
        }
        var check = await services.Bubblewrap.CheckAsync();
        if (check.Program is not null)
        {
            return ("", "");
        }
        return mustBe
            ? (Missing(check), "")
            : (
                "",
                check.Problem.Length == 0
                    ? ""
                    : $"{check.Problem} Agents and gates are not confined; permissions.sandbox: off says that this is meant."
            );
    }

    /// <summary>Whether the task's agent may not be started without a sandbox.</summary>
    public static bool MustBe(OrchestratorSettings settings, PlanTask task) =>
        settings.Permissions.Sandbox == "on" || task.Isolation == TaskIsolation.Sandbox;

    private static string Missing(BubblewrapCheck check) =>
        $"{Must} {(check.Problem.Length > 0 ? check.Problem : "The program bwrap is not in PATH.")} {Cure}";
}
