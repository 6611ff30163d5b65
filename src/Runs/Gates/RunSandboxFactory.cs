using Orchestrator.Gates.Worktrees;
using Orchestrator.Network;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Creates the sandboxes of a run's steps if this host supports sandboxes and the settings (<c>permissions.sandbox</c>) or the task
/// (<c>isolation: sandbox</c>) require them.
/// </summary>
public static class RunSandboxFactory
{
    private const string Must = "Agents must be confined (permissions.sandbox, or 'isolation: sandbox' in the plan).";
    private const string Cure =
        "Install bubblewrap (and allow user namespaces), or set permissions.sandbox to auto and remove 'isolation: sandbox' from the plan.";

    /// <summary>Returns the builder for the sandboxes of a run's steps. Returns null if the steps run without a sandbox.</summary>
    /// <param name="mustBe">True if a task requires a sandbox regardless of the settings.</param>
    public static async Task<SandboxBuilder?> RulesAsync(
        OrchestratorSettings settings,
        string repository,
        RunServiceBundle services,
        bool mustBe = false
    ) =>
        (mustBe || settings.Permissions.Sandbox != "off")
        && (await CheckAsync(settings.Permissions, repository, services)).Program is { } program
            ? new SandboxBuilder(program, services.Environment, settings.Permissions, repository)
            : null;

    /// <summary>Checks whether bubblewrap, or the runner that the settings specify in its place, works on this host.</summary>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    public static Task<BubblewrapCheck> CheckAsync(PermissionSettings permissions, string repository, RunServiceBundle services) =>
        permissions.Runner.Count == 0
            ? services.Bubblewrap.CheckAsync()
            : services.Bubblewrap.CheckRunnerAsync(permissions.Runner, services.Environment.GetValueOrDefault("PATH"), repository);

    /// <summary>
    /// Creates the sandbox of a gate, set-up or package manager that works in a worktree. Returns null if steps run without a sandbox.
    /// </summary>
    /// <param name="tree">The tree in which the program works.</param>
    /// <param name="resources">Port, folders and other resources of the tree.</param>
    /// <param name="purpose">The kind of program, and the folder of its connection log.</param>
    public static async Task<Sandbox?> OfTreeAsync(
        OrchestratorSettings settings,
        Worktree tree,
        WorktreePortsAndFolders resources,
        SandboxPurpose purpose,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        var repository = tree.Repository.MainCheckout ?? tree.Path;
        if (await RulesAsync(settings, repository, services) is not { } rules)
        {
            return null;
        }
        var configuration = await SandboxGitConfigCopies.MakeAsync(
            tree.Repository,
            Path.Combine(resources.LayerFolder, "git", purpose.Role.ToString()),
            stop
        );
        var sandbox = rules.WithDownloads(
            rules.OfTree(tree, resources.TemporaryFolder, configuration),
            WorktreeSharedFolderOverlayStore.Of(resources),
            purpose.Role,
            await CanOverlayAsync(resources, rules, services)
        );
        return WithNetwork(sandbox, settings, purpose, repository, configuration, services);
    }

    /// <summary>Creates the description of a step's sandbox for the connection log.</summary>
    /// <param name="role">The kind of program.</param>
    /// <param name="task">Id of the task, or empty if the step belongs to no single task.</param>
    public static SandboxPurpose PurposeOf(SandboxedProgramKind role, RunFolder run, string task) =>
        new(role, Path.Combine(run.Path, SandboxConnectionLogReader.FolderName), run.Name, task);

    /// <summary>
    /// Lists the hosts to which a task's sandboxes were denied access and that a user could allow. Each host has the form that <c>network
    /// allow</c> accepts.
    /// </summary>
    /// <param name="task">Id of the task.</param>
    public static IReadOnlyList<string> RefusedHosts(RunFolder run, string task) =>
        [
            .. SandboxConnectionLogReader
                .Read(Path.Combine(run.Path, SandboxConnectionLogReader.FolderName))
                .Connections.Where(connection =>
                    connection.Task == task
                    && connection.Decision == NetworkDecision.Refused
                    && connection.Reason
                        is NetworkRefusalReason.NotListed
                            or NetworkRefusalReason.AddressLiteral
                            or NetworkRefusalReason.NonPublicAddress
                            or NetworkRefusalReason.OwnMachine
                )
                .Select(connection =>
                    connection is { Reason: NetworkRefusalReason.NotListed, Port: 443 or 80 or 0 }
                        ? connection.Host
                        : string.Create(CultureInfo.InvariantCulture, $"{connection.Host}:{connection.Port}")
                )
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>True if overlays can keep changes to shared folders private to a worktree.</summary>
    public static async Task<bool> CanOverlayAsync(WorktreePortsAndFolders resources, SandboxBuilder rules, RunServiceBundle services) =>
        rules.IsOfBubblewrap && await services.Bubblewrap.CanOverlayAsync(rules.Program, Path.GetDirectoryName(resources.LayerFolder)!);

    /// <summary>
    /// Returns the API keys that an agent's sandbox does not receive, because a proxy outside the sandbox inserts them into requests. Empty
    /// if the sandbox's network is unrestricted.
    /// </summary>
    /// <param name="agent">Name of the agent.</param>
    /// <param name="runner">The agent's runner.</param>
    public static IReadOnlyList<ProxyableAgentApiKey> KeysOutside(OrchestratorSettings settings, string agent, IAgentRunner runner) =>
        HasProxy(settings, out _) ? KeyPlaceholders.Of(runner.Keys, settings.VariablesOf(agent)) : [];

    private static bool HasProxy(OrchestratorSettings settings, out NetworkMode mode) =>
        Enum.TryParse(settings.Permissions.Network.Mode, ignoreCase: true, out mode) && mode != NetworkMode.Open;

    /// <summary>Returns a copy of a sandbox with the network access that <c>permissions.network</c> allows.</summary>
    /// <param name="purpose">The kind of program, and the folder of its connection log.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    /// <param name="configuration">Copy of git's configuration, which contains the allowed remotes, or null to allow none.</param>
    public static Sandbox WithNetwork(
        Sandbox sandbox,
        OrchestratorSettings settings,
        SandboxPurpose purpose,
        string repository,
        SandboxGitConfigCopies? configuration,
        RunServiceBundle services
    )
    {
        if (!HasProxy(settings, out var mode))
        {
            return sandbox;
        }
        var hosts = AllowedHosts
            .Of(settings, services.Environment, purpose.Agents, configuration?.Remotes ?? [], purpose.Role)
            .Union(purpose.Hosts, StringComparer.Ordinal)
            .ToList();
        var networks = new SandboxProxyRegistrar(
            [.. services.HookCommand.SkipLast(1)],
            UserStateFolder.NetworkFolderOf(services.Environment),
            services.Time
        );
        var java = services.Environment.GetValueOrDefault("JAVA_TOOL_OPTIONS", "");
        return sandbox with
        {
            Visible = [.. sandbox.Visible, .. services.HookFiles],
            Door = new SandboxProxyNetworkProvider(networks, mode, hosts, purpose, repository, UpstreamProxy.Of(services.Environment)),
            Variables = sandbox.Variables.Concat(ProxyVariables.Of(SandboxProxyRegistrar.ProxyPort, java)).ToDictionary(),
        };
    }

    /// <summary>
    /// Returns the reason why a task's agent, which must run in a sandbox, can't be started on this host or in this worktree. Empty if the
    /// agent can be started.
    /// </summary>
    /// <param name="worktree">Worktree of the task, or null if git does not know it.</param>
    /// <param name="relativePath">Path of the worktree, relative to the repository, for the message.</param>
    public static async Task<string> RefusalAsync(
        OrchestratorSettings settings,
        PlanTask task,
        Worktree? worktree,
        string relativePath,
        RunServiceBundle services
    ) =>
        !MustBe(settings, task) ? ""
        : await CheckAsync(settings.Permissions, worktree?.Repository.MainCheckout ?? "/", services) is { Program: null } check
            ? Missing(check)
        : worktree is null
            ? $"{Must} {relativePath} is not a worktree of this repository, so the agent can't be confined to it. See "
                + $"'git worktree list'; if the folder was moved, run 'git worktree repair {relativePath}'."
        : "";

    /// <summary>
    /// Checks sandboxes in preflight. Returns an error if agents must run in a sandbox but can't, or a warning if bubblewrap is installed
    /// but does not work.
    /// </summary>
    public static async Task<(string Error, string Warning)> PreflightAsync(RunPlanAndSettings files, RunServiceBundle services)
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

    /// <summary>True if the task's agent must not be started without a sandbox.</summary>
    public static bool MustBe(OrchestratorSettings settings, PlanTask task) =>
        settings.Permissions.Sandbox == "on"
        || (settings.Permissions is { Sandbox: not "off", Runner.Count: > 0 })
        || task.Isolation == TaskIsolationLevel.Sandbox;

    private static string Missing(BubblewrapCheck check) =>
        $"{Must} {(check.Problem.Length > 0 ? check.Problem : "The program bwrap is not in PATH.")} {Cure}";
}
