using Orchestrator.Agents;
using Orchestrator.Agents.Command;
using Orchestrator.Gates;
using Orchestrator.Git.Program;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.App.Setup;

/// <summary>
/// Checks the sandbox of agents and of programs that execute the code written by agents, and lists the paths and hosts that it permits.
/// </summary>
internal static class SandboxReadinessChecker
{
    private const string Name = "sandbox";
    private const string Without =
        "agents and their tests can change all files that you can change. Rules and checks stop mistakes, not malice.";

    /// <summary>Starts a trial program in the sandbox and reports the result.</summary>
    /// <param name="loaded">Settings, and the variables of agents.</param>
    /// <param name="agents">Names of the agents whose services are listed.</param>
    /// <param name="repository">Absolute path of the repository's main checkout, or of the working directory.</param>
    /// <param name="services">Determines the user's state folder and finds bubblewrap.</param>
    public static async Task<MachineReadinessCheckResult> RunAsync(
        SettingsLoadResult loaded,
        IReadOnlyCollection<string> agents,
        string repository,
        RunServiceBundle services
    )
    {
        var settings = loaded.Settings!;
        var permissions = settings.Permissions;
        if (permissions.Sandbox == "off")
        {
            return new(Name, MachineReadinessCheckStatus.Ok, $"Switched off (permissions.sandbox): {Without}");
        }
        var found = await RunSandboxFactory.CheckAsync(permissions, repository, services);
        if (found.Program is { } program)
        {
            return await DescribeAsync(program, loaded, agents, repository, services);
        }
        var why = found.Problem.Length > 0 ? found.Problem : "The program bwrap is not installed.";
        return permissions.Runner.Count > 0
                ? new(
                    Name,
                    MachineReadinessCheckStatus.Fail,
                    $"{why} No agent would start, because permissions.runner names this program.",
                    "Fix the program, or unset permissions.runner."
                )
            : permissions.Sandbox == "on"
                ? new(
                    Name,
                    MachineReadinessCheckStatus.Fail,
                    $"{why} No agent would start, because permissions.sandbox is on.",
                    "Install bubblewrap, or set permissions.sandbox to auto."
                )
            : new(
                Name,
                MachineReadinessCheckStatus.Warn,
                $"{why} So {Without}",
                (found.Problem.Length > 0 ? "Allow user namespaces" : "Install bubblewrap") + ", or set permissions.sandbox to off."
            );
    }

    private static async Task<MachineReadinessCheckResult> DescribeAsync(
        string program,
        SettingsLoadResult loaded,
        IReadOnlyCollection<string> agents,
        string repository,
        RunServiceBundle services
    )
    {
        var settings = loaded.Settings!;
        var permissions = settings.Permissions;
        var canOverlay =
            permissions.Runner.Count == 0
            && await services.Bubblewrap.CanOverlayAsync(program, UserStateFolder.MakeFolder(services.Environment));
        var tried = await SandboxTrialResult.StartAsync(program, canOverlay, permissions, repository, services);
        if (tried.Problem.Length > 0)
        {
            return new(Name, MachineReadinessCheckStatus.Fail, tried.Problem, "Fix the cause, or set permissions.sandbox to off.");
        }
        string[] cures =
        [
            .. tried.Closed.Count > 0
                ? (string[])["Make the folder writable, or let the package manager's variable name another folder."]
                : [],
            .. permissions.Network.Mode == "open" ? (string[])["orchestrate config set permissions.network.mode listed"] : [],
        ];
        return new(
            Name,
            cures.Length > 0 ? MachineReadinessCheckStatus.Warn : MachineReadinessCheckStatus.Ok,
            $"{program}: agents, gates, set-up and package managers can read the system, toolchains and their own worktree"
                + $"{Listed(permissions.Read)}, and can change their own worktree{Listed(permissions.Paths)}. "
                + $"{Filter(tried.IsFiltered)} {Downloads(canOverlay, tried.Closed)} "
                + $"{Network(settings, agents, services)}{Keys(loaded, agents)}",
            cures.Length > 0 ? string.Join(' ', cures) : null
        );
    }

    private static string Listed(IReadOnlyList<string> paths) => paths.Count > 0 ? $" and {FileNameEncoding.List(paths)}" : "";

    private static string Filter(bool isApplied) =>
        isApplied
            ? "The kernel applies the system-call filter."
            : "No system-call filter is applied, because orchestrate has none for this processor, the kernel has no seccomp, or "
                + "permissions.runner leaves the filter out.";

    private static string Downloads(bool canOverlay, IReadOnlyList<string> closed) =>
        closed.Count > 0
            ? $"Package managers can't write downloads to {FileNameEncoding.List(closed)}, so gates and set-up that download fail."
        : canOverlay ? "Package managers' changes to downloads stay private to each worktree."
        : "Overlays do not work here, so downloads of package managers are read-only. If a variable can set a package manager's "
            + "download folder, each worktree has its own.";

    private static string Network(OrchestratorSettings settings, IReadOnlyCollection<string> agents, RunServiceBundle services)
    {
        var hosts = AllowedHosts.Of(settings, services.Environment, [.. agents], []);
        return settings.Permissions.Network.Mode switch
        {
            "none" => "Confined programs can't reach any host (permissions.network.mode: none).",
            "observe" =>
                "Confined programs can reach any public host; 'orchestrate network' lists hosts that permissions.network.allow lacks.",
            "listed" => $"Confined programs can reach the repository's remotes and {FileNameEncoding.List(hosts)}; 'orchestrate network "
                + "allow HOST' adds a host.",
            _ => Open(AbstractSockets.Listening()),
        };
    }

    /// <summary>
    /// Describes which agents' keys are kept outside the sandbox, in a proxy, and which are inside it. Names the programs that get no key.
    /// Empty if there are no keys.
    /// </summary>
    private static string Keys(SettingsLoadResult loaded, IReadOnlyCollection<string> agents)
    {
        var (settings, environment) = (loaded.Settings!, loaded.AgentEnvironment);
        List<string> outside = [];
        List<string> inside = [];
        List<string> keyless = [];
        foreach (var agent in agents.Where(settings.HasAgent))
        {
            var runner = MachinePrerequisiteChecker.Runner(agent, settings, environment);
            var variables = settings.VariablesOf(agent);
            var kept = RunSandboxFactory.KeysOutside(settings, agent, runner);
            outside.AddRange(
                kept.Where(key => key.Find(environment.GetValueOrDefault) is not null)
                    .Select(key => $"{key.Variable} of {agent}")
                    .Distinct()
            );
            var seen = KeyPlaceholders.FindInside(kept, runner.Credentials, environment, variables);
            inside.AddRange(seen.Select(name => $"{name} of {agent}"));
            if (runner is CommandAgentRunner && seen.Count == 0 && HasModelKey(environment))
            {
                keyless.Add(agent);
            }
        }
        return (outside.Count > 0 ? $" Keys that stay outside the sandbox: {string.Join(", ", outside)}." : "")
            + (inside.Count > 0 ? $" Keys that agents see: {string.Join(", ", inside)}." : "")
            + string.Concat(
                keyless.Select(agent =>
                    $" {agent} is a plain program and gets no model API keys; list those that it needs in agents.{agent}.environment."
                )
            );
    }

    private static bool HasModelKey(IReadOnlyDictionary<string, string> environment) =>
        environment.Any(pair => pair.Value.Length > 0 && AgentEnvironment.IsPassedOn(pair.Key) && AgentEnvironment.IsCredential(pair.Key));

    private static string Open(IReadOnlyList<string> sockets) =>
        "permissions.network.mode is open, so confined programs can reach every host and the ports of this machine"
        + (sockets.Count == 0 ? "." : $", and abstract sockets ({FileNameEncoding.List(sockets)}).");
}
