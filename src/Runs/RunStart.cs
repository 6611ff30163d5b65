namespace Orchestrator.Runs;

/// <summary>What a run began with beside its plan: kept in its folder, so that a change of files in mid-run changes nothing. It holds no
/// secret.</summary>
internal sealed record RunStart
{
    /// <summary>What was asked for; the plan itself lies in a file of its own.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>The settings, with what the input sets among them.</summary>
    public required OrchestratorSettings Settings { get; init; }

    /// <summary>What the project's own files ask for, as a person saw it.</summary>
    public ProjectFindings Found { get; init; } = new();

    /// <summary>The gates that the project brings along.</summary>
    [JsonIgnore]
    public ProjectGates Gates => GatesOf(Settings, Found.Gates);

    /// <summary>The commands that set a worktree up: those of the settings, or else those that lock files asked for.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> SetUp => Settings.Worktrees.Setup ?? Found.SetUp;

    /// <summary>What lies in the user's checkout because of us.</summary>
    [JsonIgnore]
    public OwnFiles OwnFiles => OwnFiles.Of(Settings, Input.PlanFile);

    /// <summary>The gates of a project, by its settings and what was found in its manifests.</summary>
    public static ProjectGates GatesOf(OrchestratorSettings settings, IReadOnlyList<Gate> found) =>
        new()
        {
            Configured = settings.Gates.Task,
            Found = found,
            Integration = settings.Gates.Integration ?? [],
        };

    /// <summary>What a run begins with now.</summary>
    /// <param name="input">What is asked for.</param>
    /// <param name="loaded">The settings, without errors.</param>
    /// <param name="repository">Root of the repository.</param>
    public static RunStart Of(OrchestrationInput input, SettingsResult loaded, string repository)
    {
        var commands = ProjectCommands.Find(repository);
        var servers = loaded.Settings!.Claude.McpServers;
        return new RunStart
        {
            Input = input with { Plan = null },
            Settings = loaded.Settings,
            Found = new ProjectFindings
            {
                Gates = GateDetection.Detect(repository),
                SetUp = [.. commands.Where(f => f.Kind == FoundCommandKind.SetUp).Select(f => f.Command)],
                McpServers = commands
                    .Where(f => f.Kind == FoundCommandKind.McpServer && servers.Contains(f.Command))
                    .ToDictionary(f => f.Command, f => f.Meaning),
                AgentVariables = loaded.AgentVariables,
            },
        };
    }

    /// <summary>As it is stored.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static RunStart Read(byte[] json) => JsonSerializer.Deserialize<RunStart>(json, MessageJson.Options)!;
}

/// <summary>What the project's own files ask for.</summary>
internal sealed record ProjectFindings
{
    /// <summary>Gates of its manifests; they count where the configuration names none.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Set-up commands that lock files asked for.</summary>
    public IReadOnlyList<string> SetUp { get; init; } = [];

    /// <summary>Definitions of the MCP servers that agents keep, by name: one that is defined otherwise when an agent starts is left
    /// out.</summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of its files that agents are handed. Their values are read anew each time, because they may be secrets.</summary>
    public IReadOnlyList<string> AgentVariables { get; init; } = [];
}
