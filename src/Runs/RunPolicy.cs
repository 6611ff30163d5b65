using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.Settings;

namespace Orchestrator.Runs;

/// <summary>The settings a run began with, as far as its activities need them. Kept in the run's folder, so that a change of the files in mid-run changes nothing. No secrets.</summary>
public sealed record RunPolicy
{
    /// <summary>Agent for tasks that name none.</summary>
    public required string Agent { get; init; }

    /// <summary>Model for tasks that name none; null: the agent's own.</summary>
    public string? Model { get; init; }

    /// <summary>Who plans.</summary>
    public string PlannerAgent { get; init; } = "claude";

    /// <summary>Model of the planner; null: its own.</summary>
    public string? PlannerModel { get; init; }

    /// <summary>Limit of one answer of the planner.</summary>
    public TimeSpan PlannerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Address of the service that the planners <c>api</c> and <c>bedrock</c> call; null: its usual one.</summary>
    public string? PlannerUrl { get; init; }

    /// <summary>AWS region of the planner <c>bedrock</c>; null: as the environment has it.</summary>
    public string? PlannerRegion { get; init; }

    /// <summary>Commands of the agents that are programs, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Commands { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Which account pays for <c>claude</c>.</summary>
    public string Provider { get; init; } = "subscription";

    /// <summary>MCP servers of the repository that <c>claude</c> keeps.</summary>
    public IReadOnlyList<string> McpServers { get; init; } = [];

    /// <summary>Definitions of MCP servers as the person saw them, by name: one that is defined otherwise when an agent starts is left out.</summary>
    public IReadOnlyDictionary<string, string> McpDefinitions { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of the repository's files that agents are handed, as the person saw them. Their values are read anew each time: a policy holds no secret.</summary>
    public IReadOnlyList<string> AgentVariables { get; init; } = [];

    /// <summary>Set-up commands that lock files asked for when the run began, as the person saw them.</summary>
    public IReadOnlyList<string> FoundSetUp { get; init; } = [];

    /// <summary><c>default</c> or <c>bypass</c>.</summary>
    public string PermissionMode { get; init; } = "default";

    /// <summary>Further permission rules.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Whether agents are confined: <c>auto</c>, <c>on</c> or <c>off</c>.</summary>
    public string Sandbox { get; init; } = "auto";

    /// <summary>The gates that the project brings along.</summary>
    public ProjectGates Gates { get; init; } = new();
    public TimeSpan TaskTimeout { get; init; } = TimeSpan.FromMinutes(30);
    public int MaxRemediations { get; init; } = 2;

    /// <summary>Globs whose change a person must have agreed to.</summary>
    public IReadOnlyList<string> AlwaysRequireHuman { get; init; } = [];

    /// <summary>False: what a phase asks for beside its gates is only reported where it is missing.</summary>
    public bool StrictCompliance { get; init; } = true;

    /// <summary>Null: off.</summary>
    public TimeSpan? Stall { get; init; }
    public int? Turns { get; init; }
    public decimal? Cost { get; init; }

    /// <summary>Bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>Cores.</summary>
    public double? Cpu { get; init; }
    public TimeSpan Orphan { get; init; } = TimeSpan.FromMinutes(30);
    public string WorktreeDirectory { get; init; } = ".worktrees";

    /// <summary>Shell commands that make a fresh worktree ready; null: found.</summary>
    public IReadOnlyList<string>? Setup { get; init; }

    /// <summary>Variables of agents, gates and set-up, made of what each worktree has for itself (<see cref="WorktreeVariables"/>).</summary>
    public IReadOnlyDictionary<string, string> WorktreeEnvironment { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Keep { get; init; } = [];
    public string BranchPrefix { get; init; } = "orchestrator";
    public string? MessagePrefix { get; init; }
    public string? Target { get; init; }
    public string Land { get; init; } = "merge";
    public long DiskReserve { get; init; }

    /// <summary>Reuse no earlier result.</summary>
    public bool Fresh { get; init; }

    /// <summary>Only these tasks; null: all.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>From this phase on; null: from the first.</summary>
    public string? Phase { get; init; }

    /// <summary>Where the plan came from, relative to the repository; null: not from a file.</summary>
    public string? PlanFile { get; init; }

    /// <summary>Files and folders whose changes in the user's checkout are none that agents would miss, or that a landing could spoil: ours and the plan.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> OwnFiles => [".orchestrator", WorktreeDirectory, .. PlanFile is null ? Array.Empty<string>() : [PlanFile]];

    /// <summary>The part of the start's input that chooses tasks.</summary>
    public Messages.OrchestrationInput Selection() => new() { Only = Only, Phase = Phase };

    /// <summary>What of the settings a run keeps, with what its start asked for on top.</summary>
    /// <param name="loaded">The settings, without errors.</param>
    /// <param name="input">The run's start.</param>
    /// <param name="found">Gates found in the project's manifests; they count where the configuration names none.</param>
    public static RunPolicy From(SettingsResult loaded, Messages.OrchestrationInput input, IReadOnlyList<Gate> found) =>
        From(loaded.Settings!, input, found) with { AgentVariables = loaded.AgentVariables };

    /// <summary>The same with what else the project's own files ask for, and a person has seen.</summary>
    public RunPolicy WithFound(IReadOnlyList<FoundCommand> found) => this with
    {
        FoundSetUp = [.. found.Where(f => f.Kind == FoundCommandKind.SetUp).Select(f => f.Command)],
        McpDefinitions = found.Where(f => f.Kind == FoundCommandKind.McpServer && McpServers.Contains(f.Command)).ToDictionary(f => f.Command, f => f.Meaning),
    };

    /// <summary>The gates of a project, by its settings and what was found in its manifests.</summary>
    public static ProjectGates GatesOf(OrchestratorSettings settings, IReadOnlyList<Gate> found) =>
        new() { Configured = settings.Gates.Task, Found = found, Integration = settings.Gates.Integration ?? [] };

    private static RunPolicy From(OrchestratorSettings settings, Messages.OrchestrationInput input, IReadOnlyList<Gate> found) => new()
    {
        Agent = input.Agent ?? settings.Agent,
        Model = input.Model is { } model ? ModelName.InService(model) : settings.Model,
        PlannerAgent = settings.Planner.Agent,
        PlannerModel = input.PlannerModel is { } planner ? ModelName.InService(planner) : settings.Planner.Model,
        PlannerTimeout = settings.Planner.Timeout,
        PlannerUrl = settings.Planner.Url,
        PlannerRegion = settings.Planner.Region,
        Commands = settings.Agents.Where(a => a.Value.Command is not null).ToDictionary(a => a.Key, a => a.Value.Command!, StringComparer.Ordinal),
        Provider = settings.Agents["claude"].Provider,
        McpServers = settings.Agents["claude"].McpServers,
        PermissionMode = settings.Permissions.Mode,
        Allow = settings.Permissions.Allow,
        Sandbox = settings.Permissions.Sandbox,
        Gates = GatesOf(settings, found),
        TaskTimeout = settings.TaskTimeout,
        MaxRemediations = settings.MaxRemediations,
        StrictCompliance = settings.StrictCompliance,
        AlwaysRequireHuman = settings.AlwaysRequireHuman,
        Stall = settings.Limits.Stall,
        Turns = settings.Limits.Turns,
        Cost = settings.Limits.Cost,
        Memory = settings.Limits.Memory,
        Cpu = settings.Limits.Cpu,
        Orphan = settings.Limits.Orphan,
        WorktreeDirectory = settings.Worktrees.Directory,
        Setup = settings.Worktrees.Setup,
        WorktreeEnvironment = settings.Worktrees.Environment,
        Keep = settings.Worktrees.Keep,
        BranchPrefix = settings.Worktrees.BranchPrefix,
        MessagePrefix = settings.Git.MessagePrefix,
        Target = input.Target ?? settings.Git.Target,
        Land = input.Land ?? settings.Git.Land,
        DiskReserve = settings.DiskReserve,
        Fresh = input.Fresh,
        Only = input.Only,
        Phase = input.Phase,
        PlanFile = input.PlanFile,
    };
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RunPolicy))]
internal sealed partial class RunPolicyJson : JsonSerializerContext;
