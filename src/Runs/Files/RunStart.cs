using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>A run's start beside its plan: stored in its folder, so that later changes of files have no effect on it. It contains no
/// secret.</summary>
public sealed record RunStart
{
    /// <summary>The input; the plan itself is in a separate file.</summary>
    public required OrchestrationInput Input { get; init; }

    /// <summary>The settings, including those of the input.</summary>
    public required OrchestratorSettings Settings { get; init; }

    /// <inheritdoc cref="RepositoryReference.LinkedWorktree"/>
    public string? LinkedWorktree { get; init; }

    /// <summary>Requirements of the project's own files, as a person approved them.</summary>
    public ProjectFindings Found { get; init; } = new();

    /// <summary>Hash of the copy of git's configuration that the run goes by (<see cref="GitCopies"/>); empty: it began with a version
    /// that made none.</summary>
    public string GitConfiguration { get; init; } = "";

    /// <summary>The project's own gates.</summary>
    [JsonIgnore]
    public ProjectGates Gates => GatesOf(Settings, Found.Gates);

    /// <summary>The commands that set a worktree up: those of the settings, or else those that lock files asked for.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> SetUp => Settings.Worktrees.Setup ?? Found.SetUp;

    /// <summary>Our own files in the user's checkout.</summary>
    [JsonIgnore]
    public OwnFiles OwnFiles => OwnFiles.Of(Settings, Input.PlanFile);

    /// <summary>The gates of a project, from its settings and its manifests.</summary>
    public static ProjectGates GatesOf(OrchestratorSettings settings, IReadOnlyList<Gate> found) =>
        new()
        {
            Configured = settings.Gates.Task,
            Found = found,
            Integration = settings.Gates.Integration,
        };

    /// <summary>The start of a run now.</summary>
    /// <param name="input">The request.</param>
    /// <param name="loaded">The settings, without errors.</param>
    /// <param name="repository">The repository, and where in it the run was started.</param>
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
                SetUp = [.. commands.Where(f => f.Kind == FoundCommandKind.SetUp).Select(f => f.Command)],
                McpServers = commands
                    .Where(f => f.Kind == FoundCommandKind.McpServer && servers.Contains(f.Command))
                    .ToDictionary(f => f.Command, f => f.Meaning),
                AgentVariables = loaded.AgentVariables,
            },
        };
    }

    /// <summary>The stored form.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);

    /// <summary>The start of a run; null where it has none.</summary>
    /// <exception cref="StepException">Its file was damaged.</exception>
    public static RunStart? TryRead(RunFolder folder)
    {
        if (SmallFile.TryRead(folder.StartFile) is not { } json)
        {
            return null;
        }
        return StoredJson.TryParse(json, MessageJson.Options.TypeOf<RunStart>())
            ?? throw new StepException(
                $"{folder.Relative(folder.StartFile)} can't be read: the run {folder.Name} was begun with other content. Put it back as it "
                    + "was (a backup has it), or cancel the run and start it again: finished tasks are taken up.",
                "FileDamaged"
            );
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static RunStart Read(byte[] json) => JsonSerializer.Deserialize<RunStart>(json, MessageJson.Options)!;
}

/// <summary>Requirements of the project's own files.</summary>
public sealed record ProjectFindings
{
    /// <summary>Gates of its manifests, used where the configuration names none.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Set-up commands for lock files.</summary>
    public IReadOnlyList<string> SetUp { get; init; } = [];

    /// <summary>Definitions of the MCP servers that agents may use, by name: one whose definition changed when an agent starts is left
    /// out.</summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of its files that agents get. Values are read each time, because they may be secrets.</summary>
    public IReadOnlyList<string> AgentVariables { get; init; } = [];
}
