using Orchestrator.Machine.Hosting;
using Orchestrator.Machine.Setup;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Backlogs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.App;

/// <summary>Common dependencies of all use cases: user interaction, clock, environment variables and folder. The repository and its
/// settings are found from the folder.</summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="directory">Absolute path of the folder that relative paths are resolved against.</param>
/// <param name="time">Clock.</param>
/// <param name="verbose">True to log as much detail as possible.</param>
/// <param name="platform">Host platform, or null for the current one.</param>
public abstract class UseCaseContext(
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    bool verbose = false,
    HostPlatform? platform = null
)
{
    private RepositoryLocation? _repository;
    private RunServices? _services;
    private TrustStore? _trust;

    /// <summary>Token that is cancelled when the user requests an immediate stop.</summary>
    public abstract CancellationToken StopNow { get; }

    /// <summary>Interaction with the user.</summary>
    public abstract IInteraction Interaction { get; }

    /// <summary>Services for the steps of runs on this machine; they open each repository only once.</summary>
    public RunServices Services => _services ??= RunServices.OfThisMachine([.. Program, "hook"], Environment, Trust, Time);

    /// <summary>Program and leading arguments of <c>orchestrate</c>, which agents call.</summary>
    /// <value>Default: the program of this process.</value>
    public IReadOnlyList<string> Program { get; init; } = OwnProgram.Command;

    /// <summary>Usage records of the user's accounts, read on demand.</summary>
    public AccountRecords AccountRecords => new(Environment, Time);

    /// <summary>Reads the budgets of runs.</summary>
    public RunBudgetReader Budgets => field ??= new RunBudgetReader(Environment, Time);

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    /// <summary>Trust decisions of the user.</summary>
    public TrustStore Trust => _trust ??= TrustStore.OfUser(Environment);

    /// <summary>Variables that may hold secrets: those of the process and, after settings are loaded, those of
    /// <c>.orchestrator/secrets.env</c> and <c>.env</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = environment;

    /// <summary>Folder that relative paths of the command line are resolved against.</summary>
    public string Directory { get; } = directory;

    /// <summary>Clock of the use cases.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>True to log as much detail as possible.</summary>
    public bool Verbose { get; } = verbose;

    /// <summary>Id of this machine in queue names and worker identities.</summary>
    public string Machine => Services.Host;

    /// <summary>Records of this machine's workers.</summary>
    public WorkerRecords Workers => field ??= new WorkerRecords(Environment);

    /// <summary>The caller for a run's record: the user and client, and the device where it is not this machine's terminal.</summary>
    public string Person =>
        $"{(Environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : System.Environment.UserName)}@{Machine}"
        + (Device is null ? "" : $" ({Device})");

    /// <summary>Device that the user calls from, or null for this terminal.</summary>
    public string? Device { get; init; }

    /// <summary>Operating system and its services.</summary>
    public HostPlatform Platform { get; } = platform ?? HostPlatform.Current;

    /// <summary>Returns the repository in which the command was called, or null if there is none.</summary>
    public RepositoryLocation? FindRepository() => _repository ??= RepositoryLocation.Find(Directory);

    /// <summary>Returns the repository in which the command was called.</summary>
    /// <exception cref="UseCaseException">The folder is in no repository, or the repository has no work tree.</exception>
    public RepositoryLocation RequireRepository()
    {
        var found = FindRepository();
        return RepositoryLocation.RefusalOf(found, Directory) is { } refusal
            ? throw new UseCaseException(Outcome.Usage, refusal.Why, refusal.Cure)
            : found!;
    }

    /// <summary>Opens plans that are named on the command line.</summary>
    public PlanFiles PlanFiles => new(FindRepository(), Directory, FindSettings, Interaction.Warn, Time);

    /// <summary>Opens the backlog of the current folder. Errors of individual tasks are reported as warnings.</summary>
    /// <param name="tag">Tag to use in a file with tags, or null for the current one.</param>
    public RepositoryBacklog Backlog(string? tag) => new(FindRepository(), Directory, tag, Time, Interaction.Warn);

    /// <summary>Returns the agent run that this process belongs to.</summary>
    /// <exception cref="UseCaseException">The process belongs to no agent run, or the agent run's folder no longer exists.</exception>
    public AgentRunIdentity RequireAgentStart()
    {
        var start =
            AgentRunIdentity.Find(Environment, Directory)
            ?? throw new UseCaseException(
                Outcome.Usage,
                $"Only agents of a run can use this command; {AgentRunIdentity.FolderVariable} is not set.",
                "To steer a run yourself, see 'orchestrate retry', 'skip' and 'approve'."
            );
        return start.IsThere
            ? start
            : throw new UseCaseException(
                Outcome.Usage,
                $"The folder of this agent run is missing: {start.Folder}.",
                "The run was removed while the agent worked, so the report has no recipient."
            );
    }

    /// <summary>Converts a path of the command line to an absolute path.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Directory);

    /// <summary>Loads the effective settings for commands that only read, and prints their warnings. In an untrusted repository only
    /// harmless settings apply.</summary>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public SettingsResult LoadSettings(params IReadOnlyList<SettingFlag> flags) => OpenSettings(FindRepository(), flags).Loaded;

    /// <summary>Opens the settings for commands that act and may ask for trust; see <see cref="Starting.TrustGate"/>.</summary>
    /// <param name="repository">The repository, or null if there is none.</param>
    /// <param name="flags">Command-line options that set a setting.</param>
    /// <param name="runId">Id of the run, or null if there is none.</param>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public RepositorySettings OpenSettings(RepositoryLocation? repository, IReadOnlyList<SettingFlag> flags, string? runId = null)
    {
        var settings = SettingsOfRepository.Open(repository?.WorkTree, Environment, flags, Trust, runId);
        foreach (var warning in settings.Loaded.Warnings)
        {
            Interaction.Warn(warning.ToString());
        }
        Use(settings);
        return settings;
    }

    /// <summary>Makes these settings the effective ones.</summary>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public SettingsResult Use(RepositorySettings settings)
    {
        Variables = settings.Loaded.Variables;
        return settings.Loaded.Settings is not null
            ? settings.Loaded
            : throw new UseCaseException(Outcome.Usage, string.Join("\n", settings.Loaded.Errors.Select(fault => fault.ToString())));
    }

    /// <summary>Returns the settings including untrusted ones, or null if one is invalid. They show the settings of a run once the
    /// repository is trusted, and must never be acted on. Errors are reported by the commands that require valid settings.</summary>
    public OrchestratorSettings? FindSettings() =>
        SettingsLoader.Load(SettingsFiles.Read(FindRepository()?.WorkTree, Environment, []) with { IsTrusted = true }).Settings;

    /// <summary>Loads the settings with a file that the user named in place of the repository's file. They serve queries only and must
    /// never be acted on.</summary>
    /// <exception cref="UseCaseException">The file can't be opened, or a setting is invalid.</exception>
    public SettingsResult LoadSettingsFrom(string name)
    {
        var path = FullPath(name);
        if (!File.Exists(path))
        {
            throw new UseCaseException(Outcome.Usage, $"The file {name} does not exist in {Directory}.", "Check the name.");
        }
        var result = SettingsLoader.Load(
            SettingsFiles.Read(FindRepository()?.WorkTree, Environment, []) with
            {
                RepositoryFile = new ConfigurationText(name, File.ReadAllText(path)),
                IsTrusted = true,
            }
        );
        foreach (var warning in result.Warnings)
        {
            Interaction.Warn(warning.ToString());
        }
        return result.Settings is not null
            ? result
            : throw new UseCaseException(Outcome.Usage, string.Join("\n", result.Errors.Select(fault => fault.ToString())));
    }
}
