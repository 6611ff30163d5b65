using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>The start of a run except for its plan. It is stored in the run's folder so that later file changes have no effect, and
/// contains no secrets.</summary>
public sealed record RunStart
{
    /// <summary>The run's input, without the plan, which is in a separate file.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>The settings in force, including those of the input.</summary>
    public required OrchestratorSettings Settings { get; init; }

    /// <inheritdoc cref="RepositoryReference.LinkedWorktree"/>
    public string? LinkedWorktree { get; init; }

    /// <summary>Requirements found in the project's own files, as the user approved them.</summary>
    public ProjectFindings Found { get; init; } = new();

    /// <summary>Hash of the run's copy of git's configuration (<see cref="GitConfigurationCopies"/>); empty for a run of a version that made no
    /// copy.</summary>
    public string GitConfiguration { get; init; } = "";

    /// <summary>The project's own gates.</summary>
    [JsonIgnore]
    public ProjectGates Gates => GatesOf(Settings, Found.Gates);

    /// <summary>Commands that set up a worktree, from the settings or otherwise from lock files.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> SetUp => Settings.Worktrees.Setup ?? Found.SetUp;

    /// <summary>Files of orchestrate in the user's checkout.</summary>
    [JsonIgnore]
    public OrchestratorFiles OwnFiles => OrchestratorFiles.Of(Settings, Input.PlanFile);

    /// <summary>Combines the gates of a project from its settings and manifests.</summary>
    public static ProjectGates GatesOf(OrchestratorSettings settings, IReadOnlyList<Gate> found) =>
        new()
        {
            Configured = settings.Gates.Task,
            Found = found,
            Integration = settings.Gates.Integration,
        };

    /// <summary>Creates the start of a run at the current time.</summary>
    /// <param name="input">The request.</param>
    /// <param name="loaded">The settings, which have no errors.</param>
    /// <param name="repository">The repository, and the work tree in which the run was started.</param>
    public static RunStart Of(OrchestrationInput input, SettingsResult loaded, RepositoryReference repository)
    {
        var (gates, commands) = ProjectCommands.FindWithGates(repository.WorkTree);
        var servers = loaded.Settings!.Claude.McpServers;
        return new RunStart
        {
            Input = input with { Plan = null },
            Settings = loaded.Settings,
            LinkedWorktree = repository.LinkedWorktree,
            Found = new ProjectFindings
            {
                Gates = gates,
                SetUp = [.. commands.Where(f => f.Kind == DetectedCommandKind.SetUp).Select(f => f.Command)],
                McpServers = commands
                    .Where(f => f.Kind == DetectedCommandKind.McpServer && servers.Contains(f.Command))
                    .ToDictionary(f => f.Command, f => f.Meaning),
                AgentVariables = loaded.AgentVariables,
            },
        };
    }

    /// <summary>Returns the start with the priority of a plan, if the settings have none.</summary>
    public RunStart WithPriorityOf(Plan plan) =>
        plan.Priority is { } priority && Settings.Usage.Priority == 0
            ? this with
            {
                Settings = Settings with { Usage = Settings.Usage with { Priority = priority } },
            }
            : this;

    /// <summary>Serializes the start.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);

    /// <summary>Reads the start of a run, or returns null if none is stored.</summary>
    /// <exception cref="StepException">The file is damaged.</exception>
    public static RunStart? TryRead(RunFolder folder)
    {
        if (SmallFile.TryRead(folder.StartFile) is not { } json)
        {
            return null;
        }
        return StoredJson.TryParse(json, MessageJson.Options.TypeOf<RunStart>())
            ?? throw new StepException(
                $"{folder.Relative(folder.StartFile)} of the run {folder.Name} is damaged. Restore it, "
                    + "for example from a backup, or cancel the run and start it again. Finished tasks are reused.",
                "FileDamaged"
            );
    }

    /// <summary>Deserializes the output of <see cref="ToJson"/>.</summary>
    public static RunStart Read(byte[] json) => JsonSerializer.Deserialize<RunStart>(json, MessageJson.Options)!;
}

/// <summary>Requirements found in the project's own files.</summary>
public sealed record ProjectFindings
{
    /// <summary>Gates found in manifests, used if the settings have none.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Set-up commands for lock files.</summary>
    public IReadOnlyList<string> SetUp { get; init; } = [];

    /// <summary>Definitions of the MCP servers that agents may use, by name. A server whose definition has changed when an agent starts is
    /// left out.</summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of variables in the project's files that agents receive. Values are read each time, because they may be
    /// secrets.</summary>
    public IReadOnlyList<string> AgentVariables { get; init; } = [];
}
