using System.Globalization;
using Orchestrator.Agents;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Models;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.QualityGates;
using Orchestrator.Runs.Cleaning;
using Orchestrator.Settings;

namespace Orchestrator.Runs.Setup;

/// <summary>How one thing that was looked at stands.</summary>
public enum MachineCheckStatus
{
    /// <summary>Can be used.</summary>
    Ok,

    /// <summary>Can be used, but a person should know.</summary>
    Warn,

    /// <summary>Stops runs.</summary>
    Fail,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What: <c>git</c>, <c>repository</c>, <c>agent</c>, <c>disk</c> ...</param>
/// <param name="Status">How it stands.</param>
/// <param name="Message">What was found, in a sentence.</param>
/// <param name="Cure">What to do about it; null when nothing has to be done.</param>
public sealed record MachineCheckEntry(string Name, MachineCheckStatus Status, string Message, string? Cure = null);

/// <summary>Looks whether runs could work on this machine and in this repository. Changes nothing, costs no money.</summary>
public static class MachineCheck
{
    /// <summary>
    /// Looks at system, git, repository, agent, limits, gates, disk, notifications, and settings that change nothing yet.
    /// </summary>
    /// <param name="repository">The repository, or null where there is none.</param>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="platform">The machine.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<IReadOnlyList<MachineCheckEntry>> RunAsync(
        RepositoryLocation? repository,
        SettingsResult loaded,
        HostPlatform platform,
        CancellationToken cancellationToken
    )
    {
        // Where nothing can be run no program can be asked anything either.
        if (platform.Refusal is { } refusal)
        {
            return [new("system", MachineCheckStatus.Fail, refusal, platform.Cure)];
        }
        var settings = loaded.Settings!;
        var entries = new List<MachineCheckEntry>
        {
            new("system", MachineCheckStatus.Ok, "Linux: agents are followed and stopped for certain."),
        };
        entries.AddRange(await GitAsync(repository, settings, cancellationToken));
        if (settings.Agents.ContainsKey(settings.Agent))
        {
            entries.Add(await AgentAsync("agent", settings.Agent, loaded, repository, cancellationToken));
        }
        entries.Add(await SandboxAsync(settings.Permissions.Sandbox));
        if (Limits(settings.Limits) is { } limits)
        {
            entries.Add(limits);
        }
        if (repository is { IsBare: false })
        {
            entries.Add(await GatesAsync(loaded, repository.Root, cancellationToken));
        }
        entries.Add(Disk(repository?.Root ?? Environment.CurrentDirectory, settings.DiskReserve));
        return entries;
    }

    /// <summary>Looks whether the planner can work: its program or its key is there.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<MachineCheckEntry> PlannerAsync(
        RepositoryLocation repository,
        SettingsResult loaded,
        CancellationToken cancellationToken
    )
    {
        var planner = loaded.Settings!.Planner;
        return planner.Agent is "api" or "bedrock" || loaded.Settings.Agents.ContainsKey(planner.Agent)
            ? await AgentAsync("planner", planner.Agent, loaded, repository, cancellationToken)
            : new("planner", MachineCheckStatus.Ok, $"{planner.Agent} is looked at by the run.");
    }

    /// <summary>What runs have left in a repository and beside it, part by part.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="environment">Says where the cache is.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<MachineCheckEntry> StorageAsync(
        RepositoryLocation repository,
        OrchestratorSettings settings,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken
    )
    {
        var sizes = await StorageSizes.OfAsync(
            repository,
            await new GitRepositories().OpenAsync(repository.Root),
            settings.Worktrees.BranchPrefix,
            environment,
            cancellationToken
        );
        var said = string.Join("; ", sizes.Lines().Select(line => $"{line.What}: {line.HowMuch}"));
        return new(
            "storage",
            MachineCheckStatus.Ok,
            $"{said}.",
            sizes.Runs > 0 ? "'orchestrate cleanup --dry-run' shows what may go." : null
        );
    }

    private static async Task<IReadOnlyList<MachineCheckEntry>> GitAsync(
        RepositoryLocation? location,
        OrchestratorSettings settings,
        CancellationToken cancellationToken
    )
    {
        GitProgram git;
        try
        {
            git = await GitProgram.FindAsync(cancellationToken: cancellationToken);
        }
        catch (GitUnavailableException missing)
        {
            return [new("git", MachineCheckStatus.Fail, missing.Message, $"Install git {GitProgram.OldestVersion} or newer.")];
        }

        var found = new MachineCheckEntry("git", MachineCheckStatus.Ok, $"git {git.Version}.");
        if (location is null)
        {
            var none = "This folder is in no git repository.";
            return [found, new("repository", MachineCheckStatus.Fail, none, $"Run '{GitRepository.BeginCommand}', or go to one.")];
        }
        var repository = await RepositoryAsync(git, location, settings, cancellationToken);
        return
        [
            found,
            repository,
            .. !location.IsBare && (await GitRepository.OpenAsync(git, location.Root, cancellationToken)).FindNameless() is { } nameless
                ? (MachineCheckEntry[])
                    [
                        new(
                            "identity",
                            MachineCheckStatus.Warn,
                            nameless,
                            "git config --global user.name NAME && git config --global user.email ADDRESS"
                        ),
                    ]
                : [],
        ];
    }

    private static async Task<MachineCheckEntry> RepositoryAsync(
        GitProgram git,
        RepositoryLocation location,
        OrchestratorSettings settings,
        CancellationToken cancellationToken
    )
    {
        const string Name = "repository";
        if (location.IsBare)
        {
            return new(Name, MachineCheckStatus.Fail, $"{location.Root} is bare: agents need a work tree.", "Work in a clone of it.");
        }
        var repository = await GitRepository.OpenAsync(git, location.Root, cancellationToken);
        if (new WorktreeStore(repository).FindMainCheckout() is not { } checkout)
        {
            return new(Name, MachineCheckStatus.Fail, $"{location.Root} has no checkout of its own.", "Work in a clone of it.");
        }
        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        if (status.Head is null)
        {
            return new(
                Name,
                MachineCheckStatus.Fail,
                $"{location.Root} has no commit yet: agents start from one.",
                "git add -A && git commit -m Start"
            );
        }
        if (status.Branch is null)
        {
            return new(
                Name,
                settings.Git.Target is null ? MachineCheckStatus.Fail : MachineCheckStatus.Warn,
                "No branch is checked out (detached HEAD).",
                "Check out the branch that work shall land on, or set git.target."
            );
        }
        if (repository.IsShallow)
        {
            return new(Name, MachineCheckStatus.Fail, "The history is cut off (shallow clone); merges need it.", "git fetch --unshallow");
        }
        var branch = status.Branch.StartsWith("refs/heads/", StringComparison.Ordinal)
            ? status.Branch["refs/heads/".Length..]
            : status.Branch;
        var changed = status.ChangedFiles(OwnFiles.Of(settings, null).Unmissed).Count;
        return changed > 0
            ? new(
                Name,
                MachineCheckStatus.Warn,
                $"{location.Root} on '{branch}' has {(changed == 1 ? "an uncommitted change" : $"{changed} uncommitted changes")} that "
                    + "agents will not see.",
                "Commit or stash them."
            )
            : new(Name, MachineCheckStatus.Ok, $"{location.Root} on '{branch}', clean.");
    }

    private static async Task<MachineCheckEntry> AgentAsync(
        string role,
        string name,
        SettingsResult loaded,
        RepositoryLocation? location,
        CancellationToken cancellationToken
    )
    {
        var repository = location?.Root ?? Environment.CurrentDirectory;
        var runner = Runner(name, loaded.Settings!, loaded.AgentEnvironment);
        var found = await runner.CheckAsync(repository, cancellationToken);
        var status = found.Status switch
        {
            AgentCheckStatus.Ok => MachineCheckStatus.Ok,
            AgentCheckStatus.Warning => MachineCheckStatus.Warn,
            _ => MachineCheckStatus.Fail,
        };
        return new(role, status, $"{name}: {found.Message}", found.Cure);
    }

    private static IAgentRunner Runner(string name, OrchestratorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        if (name is "api" or "bedrock")
        {
            return new ModelAgentRunner(
                new ModelAgentOptions
                {
                    Service = name == "api" ? ModelService.Api : ModelService.Bedrock,
                    Command = [],
                    Conversations = "",
                    Url = settings.Planner.Url,
                    Region = settings.Planner.Region,
                    Model = settings.Planner.Model,
                    Environment = environment,
                }
            );
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

    /// <summary>Without a sandbox the rules for agents stop mistakes, not malice, and a person should know.</summary>
    private static async Task<MachineCheckEntry> SandboxAsync(string setting)
    {
        const string Name = "sandbox";
        const string Without = "agents are kept from the shared .git by rules and checks, which stop mistakes, not malice.";
        if (setting == "off")
        {
            return new(Name, MachineCheckStatus.Ok, $"Switched off (permissions.sandbox): {Without}");
        }
        var found = await Bubblewrap.CheckAsync();
        if (found.Program is not null)
        {
            return new(Name, MachineCheckStatus.Ok, $"{found.Program}: agents can't change .git but for objects and their own branch.");
        }
        var why = found.Problem.Length > 0 ? found.Problem : "The program bwrap is not there.";
        return setting == "on"
            ? new(
                Name,
                MachineCheckStatus.Fail,
                $"{why} permissions.sandbox is on: no agent would start.",
                "Install bubblewrap, or set permissions.sandbox to auto."
            )
            : new(
                Name,
                MachineCheckStatus.Warn,
                $"{why} So {Without}",
                (found.Problem.Length > 0 ? "Allow user namespaces" : "Install bubblewrap") + ", or set permissions.sandbox to off."
            );
    }

    /// <summary>How the limits that are set are held; null where none are.</summary>
    private static MachineCheckEntry? Limits(LimitSettings limits)
    {
        string?[] held =
        [
            limits.Memory is { } memory
                ? $"an agent that holds more than {Sizes.Write(memory)} of memory with all it starts is stopped"
                : null,
            limits.Cpu is { } cores
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"an agent that uses more than {cores} cores on average with all it starts is stopped and continued in turn"
                )
                : null,
        ];
        var text = string.Join("; ", held.OfType<string>());
        return text.Length == 0 ? null : new("limits", MachineCheckStatus.Ok, $"{char.ToUpperInvariant(text[0])}{text[1..]}.");
    }

    private static async Task<MachineCheckEntry> GatesAsync(SettingsResult loaded, string root, CancellationToken stop)
    {
        var settings = loaded.Settings!;
        const string Name = "gates";
        var found = GateDetection.Detect(root);
        var gates = RunStart
            .GatesOf(settings, found)
            .OfProject()
            .Select(gate => gate.Exclusive is { } name ? $"{gate.Command} (exclusive: {name})" : gate.Command)
            .ToList();
        if (settings.Gates.Task is null && await MissingAsync(loaded, found, root, stop) is { } missing)
        {
            return missing;
        }
        return gates.Count > 0
            ? new(Name, MachineCheckStatus.Ok, $"{(settings.Gates.Task is null ? "Found" : "Set")}: {string.Join("; ", gates)}.")
            : new(
                Name,
                MachineCheckStatus.Warn,
                "None are set, and no manifest names any: tasks without 'verification' are not verified.",
                "Set gates.task, such as [make test], or give tasks 'verification'."
            );
    }

    /// <summary>The first found gate whose program is not there; asked outside of the repository, which is not trusted here.</summary>
    private static async Task<MachineCheckEntry?> MissingAsync(
        SettingsResult loaded,
        IReadOnlyList<Gate> found,
        string root,
        CancellationToken stop
    )
    {
        var settings = loaded.Settings!;
        var hasSetUp = settings.Worktrees.Setup is { } set ? set.Count > 0 : SetUpDetection.Detect(root).Count > 0;
        var folder = Directory.CreateTempSubdirectory("orchestrate-check-");
        try
        {
            foreach (var gate in found)
            {
                if (GateProbe.CommandOf(gate, hasSetUp) is not { } probe)
                {
                    continue;
                }
                var asked = await new ProcessRunner().RunAsync(
                    new ProcessCommand("/bin/sh", "-c", probe)
                    {
                        WorkingDirectory = folder.FullName,
                        Environment = loaded.AgentEnvironment.ToDictionary(v => v.Key, string? (v) => v.Value, StringComparer.Ordinal),
                        CleanEnvironment = true,
                        Timeout = TimeSpan.FromSeconds(30),
                        OwnSession = true,
                        StopLeftovers = true,
                    },
                    stop
                );
                if (!asked.Succeeded)
                {
                    var said = asked.StandardError.Text.Trim().Split('\n')[^1];
                    return new(
                        "gates",
                        MachineCheckStatus.Warn,
                        $"Found: {gate.Command}, but it can't run here: '{probe}' fails{(said.Length > 0 ? $" ({said})" : "")}. Runs stop "
                            + "at it.",
                        GateProbe.CureOf(gate, ofProject: true, root)
                    );
                }
            }
            return null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static MachineCheckEntry Disk(string folder, long reserve)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < reserve
            ? new(
                "disk",
                MachineCheckStatus.Fail,
                $"{Sizes.Describe(free)} free, less than disk.reserve ({Sizes.Describe(reserve)}): no agent would start.",
                "Free some space, or lower disk.reserve."
            )
            : new("disk", MachineCheckStatus.Ok, $"{Sizes.Describe(free)} free.");
    }
}
