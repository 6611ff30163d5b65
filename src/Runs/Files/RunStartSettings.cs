using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>
/// The start settings and input of a run, without its plan. They are stored in the run's folder, so that later changes to settings files do
/// not affect the run. They contain no secrets.
/// </summary>
public sealed record RunStartSettings
{
    /// <summary>The input that started the run, without the plan, which has its own file.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>The settings that apply to the run, including those in its input.</summary>
    public required OrchestratorSettings Settings { get; init; }

    /// <inheritdoc cref="RepositoryReference.LinkedWorktree"/>
    public string? LinkedWorktree { get; init; }

    /// <summary>Gates, set-up commands and servers that were found in the project's own files and that the user approved.</summary>
    public DetectedProjectSettings Found { get; init; } = new();

    /// <summary>
    /// Hash of the run's copy of git's configuration (<see cref="GitConfigurationCopyStore"/>). Empty if the run was started by a version
    /// of orchestrate that made no copy.
    /// </summary>
    public string GitConfiguration { get; init; } = "";

    /// <summary>The gates of the project, from its settings and manifests.</summary>
    [JsonIgnore]
    public ProjectGates Gates => GatesOf(Settings, Found.Gates);

    /// <summary>Commands that set up a worktree. If the settings contain none, they are derived from lock files.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> SetUp => Settings.Worktrees.Setup ?? Found.SetUp;

    /// <summary>Paths of orchestrate's own files in the user's checkout.</summary>
    [JsonIgnore]
    public OrchestratorFilePaths OwnFiles => OrchestratorFilePaths.Of(Settings, Input.PlanFile);

    /// <summary>Combines the gates in the settings with those found in manifests.</summary>
    public static ProjectGates GatesOf(OrchestratorSettings settings, IReadOnlyList<Gate> found) =>
        new()
        {
            Configured = settings.Gates.Task,
            Found = found,
            Integration = settings.Gates.Integration,
        };

    /// <summary>Creates the start settings of a run that starts now.</summary>
    /// <param name="input">The input that starts the run.</param>
    /// <param name="loaded">The loaded settings, which have no errors.</param>
    /// <param name="repository">The repository, and the work tree in which the run was started.</param>
    public static RunStartSettings Of(OrchestrationInput input, SettingsLoadResult loaded, RepositoryReference repository)
    {
        var (gates, commands) = ProjectDefinedCommandFinder.FindWithGates(repository.WorkTree);
        var servers = loaded.Settings!.Claude.McpServers;
        return new RunStartSettings
        {
            Input = input with { Plan = null },
            Settings = loaded.Settings,
            LinkedWorktree = repository.LinkedWorktree,
            Found = new DetectedProjectSettings
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

    /// <summary>
    /// Returns a copy of the start settings that contains the plan's priority, unless the settings already contain a priority.
    /// </summary>
    public RunStartSettings WithPriorityOf(Plan plan) =>
        plan.Priority is { } priority && Settings.Usage.Priority == 0
            ? this with
            {
                Settings = Settings with { Usage = Settings.Usage with { Priority = priority } },
            }
            : this;

    /// <summary>Serializes the start settings as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options);

    /// <summary>Reads the start settings of a run. Returns null if none are stored.</summary>
    /// <exception cref="RunStepFailedException">The file is damaged.</exception>
    public static RunStartSettings? TryRead(RunFolder folder)
    {
        if (SmallFileReader.TryRead(folder.StartFile) is not { } json)
        {
            return null;
        }
        return StoredJsonReader.TryParse(json, PayloadJsonOptions.Options.TypeOf<RunStartSettings>())
            ?? throw new RunStepFailedException(
                $"{folder.Relative(folder.StartFile)} of the run {folder.Name} is damaged. Restore it, "
                    + "for example from a backup, or cancel the run and start it again. Finished tasks are reused.",
                "FileDamaged"
            );
    }

    /// <summary>Deserializes the output of <see cref="ToJson"/>.</summary>
    public static RunStartSettings Read(byte[] json) => JsonSerializer.Deserialize<RunStartSettings>(json, PayloadJsonOptions.Options)!;
}

/// <summary>Gates, set-up commands, servers and variables that were found in the project's own files.</summary>
public sealed record DetectedProjectSettings
{
    /// <summary>Gates found in manifests. They are used if the settings contain no gates.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Set-up commands that are derived from the lock files.</summary>
    public IReadOnlyList<string> SetUp { get; init; } = [];

    /// <summary>
    /// Definitions of the MCP servers that agents may use, by name. An agent does not get a server whose definition has changed since the
    /// run started.
    /// </summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Names of the environment variables that the repository's files set for agents. The values may be secrets, so they are read at each
    /// agent start and not stored.
    /// </summary>
    public IReadOnlyList<string> AgentVariables { get; init; } = [];
}
