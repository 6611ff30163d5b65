using System.Globalization;
using Orchestrator.Agents;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Models;
using Orchestrator.App.Cleaning;

namespace Orchestrator.App.Setup;

/// <summary>Checks that runs can be executed on this machine and in this repository. Changes nothing and costs no money.</summary>
public static class MachinePrerequisiteChecker
{
    /// <summary>Checks the system, git, the repository, agents, limits, gates, the disk, notifications, and settings that have no
    /// effect.</summary>
    /// <param name="repository">Repository, or null if there is none.</param>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="platform">This machine.</param>
    /// <param name="services">Opens repositories.</param>
    /// <param name="agents">Agents to check, or null to check the agent in the settings.</param>
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> RunAsync(
        LocalRepositoryPaths? repository,
        SettingsLoadResult loaded,
        HostPlatform platform,
        RunServiceBundle services,
        CancellationToken cancellationToken,
        IReadOnlyCollection<string>? agents = null
    )
    {
        // On an unsupported platform no program can run.
        if (platform.Refusal is { } refusal)
        {
            return [new("system", MachineReadinessCheckStatus.Fail, refusal, platform.Cure)];
        }
        var settings = loaded.Settings!;
        var entries = new List<MachineReadinessCheckResult>
        {
            new(
                "system",
                MachineReadinessCheckStatus.Ok,
                "The system is Linux, where agents' processes can be found and stopped reliably."
            ),
        };
        entries.AddRange(await GitSetupChecker.RunAsync(repository, settings, services.Repositories, cancellationToken));
        foreach (var agent in (agents ?? [settings.Agent]).Where(settings.HasAgent))
        {
            entries.Add(await AgentAsync("agent", agent, loaded, repository, cancellationToken));
        }
        entries.Add(
            await SandboxReadinessChecker.RunAsync(
                loaded,
                agents ?? [settings.Agent],
                repository?.Root ?? Environment.CurrentDirectory,
                services
            )
        );
        if (Limits(settings.Limits) is { } limits)
        {
            entries.Add(limits);
        }
        if (repository is { IsBare: false })
        {
            entries.Add(await GateProgramChecker.RunAsync(loaded, repository.WorkTree, cancellationToken));
        }
        entries.AddRange(await NoticeDestinationChecker.CheckTargetsAsync(loaded, services, cancellationToken));
        entries.Add(Disk(repository?.Root ?? Environment.CurrentDirectory, settings.DiskReserve));
        return entries;
    }

    /// <summary>Checks that the planner's program or key is available.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    public static async Task<MachineReadinessCheckResult> PlannerAsync(
        LocalRepositoryPaths repository,
        SettingsLoadResult loaded,
        CancellationToken cancellationToken
    )
    {
        var planner = loaded.Settings!.Planner;
        return planner.Agent is "api" or "bedrock" || loaded.Settings.HasAgent(planner.Agent)
            ? await AgentAsync("planner", planner.Agent, loaded, repository, cancellationToken)
            : new("planner", MachineReadinessCheckStatus.Ok, $"The planner is {planner.Agent}, which the run checks when it starts.");
    }

    /// <summary>Reports how much storage runs use inside and outside the repository, itemized by purpose.</summary>
    /// <param name="settings">Effective settings.</param>
    /// <param name="services">Determines the cache folder.</param>
    public static async Task<MachineReadinessCheckResult> StorageAsync(
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        RunServiceBundle services,
        CancellationToken cancellationToken
    )
    {
        var sizes = await (await RepositoryLeftoverCleaner.OpenAsync(repository, settings, services)).SizesAsync(cancellationToken);
        var said = string.Join("; ", sizes.Lines().Select(line => $"{line.What}: {line.HowMuch}"));
        return new(
            "storage",
            MachineReadinessCheckStatus.Ok,
            $"{said}.",
            sizes.Runs > 0 ? "'orchestrate cleanup --dry-run' shows removable files." : null
        );
    }

    private static async Task<MachineReadinessCheckResult> AgentAsync(
        string role,
        string name,
        SettingsLoadResult loaded,
        LocalRepositoryPaths? location,
        CancellationToken cancellationToken
    )
    {
        var repository = location?.WorkTree ?? Environment.CurrentDirectory;
        var runner = Runner(name, loaded.Settings!, loaded.AgentEnvironment);
        var found = Explain(await runner.CheckAsync(repository, cancellationToken), name, loaded);
        return new(role, StatusOf(found), $"{name}: {found.Message}", found.Cure);
    }

    /// <summary>
    /// Explains the failed check of an agent if settings or variables of the agent are ignored because the files that contain them are not
    /// trusted.
    /// </summary>
    internal static AgentProgramCheckResult Explain(AgentProgramCheckResult check, string agent, SettingsLoadResult loaded)
    {
        var explained = check.Explained(loaded.WithheldVariables);
        var withheld = loaded
            .Values.Where(value => value.IsWithheld && value.Name.StartsWith($"agents.{agent}.", StringComparison.Ordinal))
            .Select(value => value.Name)
            .ToList();
        return explained.Status != AgentProgramCheckStatus.Failed || withheld.Count == 0
            ? explained
            : explained with
            {
                Cure =
                    $"{string.Join(", ", withheld)} in this repository's files "
                    + $"{Plural.Form(withheld.Count, "has", "have")} no effect until they are trusted: orchestrate trust",
            };
    }

    /// <summary>Converts the status of an agent check to the status of a machine check.</summary>
    internal static MachineReadinessCheckStatus StatusOf(AgentProgramCheckResult found) =>
        found.Status switch
        {
            AgentProgramCheckStatus.Ok => MachineReadinessCheckStatus.Ok,
            AgentProgramCheckStatus.Warning => MachineReadinessCheckStatus.Warn,
            _ => MachineReadinessCheckStatus.Fail,
        };

    /// <summary>Creates the runner of a configured agent, to be used only for checks.</summary>
    internal static IAgentRunner Runner(string name, OrchestratorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        if (name is "api" or "bedrock")
        {
            return new ModelApiAgentRunner(
                new ModelApiAgentOptions
                {
                    Service = name == "api" ? ModelServiceKind.Api : ModelServiceKind.Bedrock,
                    Command = [],
                    Conversations = "",
                    Url = settings.Planner.Url,
                    Region = settings.Planner.Region,
                    Model = settings.Planner.Model,
                    Environment = environment,
                }
            );
        }
        if (settings.DescriptionOf(name) is { } description)
        {
            return DescribedAgentRunnerFactory.Create(name, description, settings.Agents.GetValueOrDefault(name)?.Command, environment);
        }
        var agent = settings.Agents[name];
        return name == "claude"
            ? new ClaudeCliRunner(
                new ClaudeCliOptions
                {
                    HookCommand = [],
                    Program = agent.Command is [var program, ..] ? program : "claude",
                    Provider = ClaudeProviderNames.Parse(agent.Provider),
                    Environment = environment,
                }
            )
            : new CommandAgentRunner(name, agent.Command ?? [], environment);
    }

    /// <summary>Describes how the configured memory and CPU limits are enforced, or returns null if there are no limits.</summary>
    private static MachineReadinessCheckResult? Limits(LimitSettings limits)
    {
        string?[] held =
        [
            limits.Memory is { } memory
                ? $"an agent is stopped if it and its processes use more than {ByteSizes.Write(memory)} of memory"
                : null,
            limits.Cpu is { } cores
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"an agent is slowed down by short pauses if it and its processes use more than {Plural.Of((decimal)cores, "core")} "
                        + $"on average"
                )
                : null,
        ];
        var text = string.Join("; ", held.OfType<string>());
        return text.Length == 0 ? null : new("limits", MachineReadinessCheckStatus.Ok, $"{char.ToUpperInvariant(text[0])}{text[1..]}.");
    }

    private static MachineReadinessCheckResult Disk(string folder, long reserve)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < reserve
            ? new(
                "disk",
                MachineReadinessCheckStatus.Fail,
                $"{ByteSizes.Describe(free)} free, less than disk.reserve ({ByteSizes.Describe(reserve)}), so no agent would start.",
                "Free some space, or lower disk.reserve."
            )
            : new("disk", MachineReadinessCheckStatus.Ok, $"{ByteSizes.Describe(free)} free.");
    }
}
