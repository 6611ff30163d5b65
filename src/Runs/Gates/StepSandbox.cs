using Orchestrator.Gates.Worktrees;
using Orchestrator.Network;

namespace Orchestrator.Runs.Gates;

/// <summary>Decides whether this host confines the code of a run's steps (<c>permissions.sandbox</c>, and a task's <c>isolation:
/// sandbox</c>).</summary>
public static class StepSandbox
{
    private const string Must = "Agents must be confined (permissions.sandbox, or 'isolation: sandbox' in the plan).";
    private const string Cure =
        "Install bubblewrap (and allow user namespaces), or set permissions.sandbox to auto and remove 'isolation: sandbox' from the plan.";

    /// <summary>The rules for a run's steps; null where they are not confined.</summary>
    /// <param name="mustBe">A task demands it, whatever the settings say.</param>
    public static async Task<SandboxBuilder?> RulesAsync(
        OrchestratorSettings settings,
        string repository,
        RunServices services,
        bool mustBe = false
    ) =>
        (mustBe || settings.Permissions.Sandbox != "off")
        && (await CheckAsync(settings.Permissions, repository, services)).Program is { } program
            ? new SandboxBuilder(program, services.Environment, settings.Permissions, repository)
            : null;

    /// <summary>Checks bubblewrap, or the runner that the settings name in its place.</summary>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    public static Task<BubblewrapCheck> CheckAsync(PermissionSettings permissions, string repository, RunServices services) =>
        permissions.Runner.Count == 0
            ? services.Bubblewrap.CheckAsync()
            : services.Bubblewrap.CheckRunnerAsync(permissions.Runner, services.Environment.GetValueOrDefault("PATH"), repository);

    /// <summary>Creates the sandbox of a gate, set-up or package manager in a tree; null if steps are not confined.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="resources">Resources of the tree.</param>
    /// <param name="purpose">The kind of program, and its connection log.</param>
    public static async Task<Sandbox?> OfTreeAsync(
        OrchestratorSettings settings,
        Worktree tree,
        WorktreeResources resources,
        SandboxPurpose purpose,
        RunServices services,
        CancellationToken stop
    )
    {
        var repository = tree.Repository.MainCheckout ?? tree.Path;
        if (await RulesAsync(settings, repository, services) is not { } rules)
        {
            return null;
        }
        var configuration = await ConfinedConfiguration.MakeAsync(
            tree.Repository,
            Path.Combine(resources.LayerFolder, "git", purpose.Role.ToString()),
            stop
        );
        var sandbox = rules.WithDownloads(
            rules.OfTree(tree, resources.TemporaryFolder, configuration),
            PrivateLayers.Of(resources),
            purpose.Role,
            await CanOverlayAsync(resources, rules, services)
        );
        return WithNetwork(sandbox, settings, purpose, repository, configuration, services);
    }

    /// <summary>Creates the purpose of a step's sandbox.</summary>
    /// <param name="role">The kind of program.</param>
    /// <param name="task">Id of the task, or empty for the run as a whole.</param>
    public static SandboxPurpose PurposeOf(SandboxRole role, RunFolder run, string task) =>
        new(role, Path.Combine(run.Path, ConnectionLogs.FolderName), run.Name, task);

    /// <summary>Lists the distinct hosts that a task's sandboxes were denied and that a user could allow, in the form that <c>network
    /// allow</c> accepts.</summary>
    /// <param name="task">Id of the task.</param>
    public static IReadOnlyList<string> RefusedHosts(RunFolder run, string task) =>
        [
            .. ConnectionLogs
                .Read(Path.Combine(run.Path, ConnectionLogs.FolderName))
                .Connections.Where(connection =>
                    connection.Task == task
                    && connection.Decision == NetworkDecision.Refused
                    && connection.Reason
                        is RefusalReason.NotListed
                            or RefusalReason.AddressLiteral
                            or RefusalReason.NonPublicAddress
                            or RefusalReason.OwnMachine
                )
                .Select(connection =>
                    connection is { Reason: RefusalReason.NotListed, Port: 443 or 80 or 0 }
                        ? connection.Host
                        : string.Create(CultureInfo.InvariantCulture, $"{connection.Host}:{connection.Port}")
                )
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>True if the changes of a worktree's programs to shared folders can be kept apart by overlays.</summary>
    public static async Task<bool> CanOverlayAsync(WorktreeResources resources, SandboxBuilder rules, RunServices services) =>
        rules.IsOfBubblewrap && await services.Bubblewrap.CanOverlayAsync(rules.Program, Path.GetDirectoryName(resources.LayerFolder)!);

    /// <summary>Adds the network access of <c>permissions.network</c>.</summary>
    /// <param name="purpose">The purpose of the sandbox.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    /// <param name="configuration">Copy of git's configuration, or null for no remotes.</param>
    public static Sandbox WithNetwork(
        Sandbox sandbox,
        OrchestratorSettings settings,
        SandboxPurpose purpose,
        string repository,
        ConfinedConfiguration? configuration,
        RunServices services
    )
    {
        if (!Enum.TryParse<NetworkMode>(settings.Permissions.Network.Mode, ignoreCase: true, out var mode) || mode == NetworkMode.Open)
        {
            return sandbox;
        }
        var hosts = AllowedHosts
            .Of(settings, services.Environment, purpose.Agents, configuration?.Remotes ?? [], purpose.Role)
            .Union(purpose.Hosts, StringComparer.Ordinal)
            .ToList();
        var networks = new SandboxNetworks(
            [.. services.HookCommand.SkipLast(1)],
            UserState.NetworkFolderOf(services.Environment),
            services.Time
        );
        var inside = purpose with { Keys = KeyPlaceholders.Of(purpose.Keys, [.. purpose.Agents.SelectMany(settings.VariablesOf)]) };
        var java = services.Environment.GetValueOrDefault("JAVA_TOOL_OPTIONS", "");
        return sandbox with
        {
            Visible = [.. sandbox.Visible, .. services.HookFiles],
            Door = new ProxyNetworkProvider(networks, mode, hosts, inside, repository, UpstreamProxy.Of(services.Environment)),
            Variables = sandbox.Variables.Concat(ProxyVariables.Of(SandboxNetworks.ProxyPort, java)).ToDictionary(),
        };
    }

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
        : await CheckAsync(settings.Permissions, worktree?.Repository.MainCheckout ?? "/", services) is { Program: null } check
            ? Missing(check)
        : worktree is null
            ? $"{Must} {relativePath} is not a worktree of this repository, so the agent can't be confined to it. See "
                + $"'git worktree list'; 'git worktree repair {relativePath}' helps if the folder was moved."
        : "";

    /// <summary>Checks sandboxing in preflight. Returns an error if agents must be confined and cannot be, and a warning if the program is
    /// installed but does not work.</summary>
    public static async Task<(string Error, string Warning)> PreflightAsync(RunFiles files, RunServices services)
    {
        var mustBe = files.Plan.Tasks.Any(task => MustBe(files.Settings, task));
        if (!mustBe && files.Settings.Permissions.Sandbox == "off")
        {
            return ("", "");
        }
        var check = await CheckAsync(files.Settings.Permissions, files.Folder.Repository, services);
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
                    : $"{check.Problem} Agents and gates are not confined. If this is intended, set permissions.sandbox to off."
            );
    }

    /// <summary>True if the task's agent must not start without a sandbox.</summary>
    public static bool MustBe(OrchestratorSettings settings, PlanTask task) =>
        settings.Permissions.Sandbox == "on"
        || (settings.Permissions is { Sandbox: not "off", Runner.Count: > 0 })
        || task.Isolation == TaskIsolation.Sandbox;

    private static string Missing(BubblewrapCheck check) =>
        $"{Must} {(check.Problem.Length > 0 ? check.Problem : "The program bwrap is not in PATH.")} {Cure}";
}
