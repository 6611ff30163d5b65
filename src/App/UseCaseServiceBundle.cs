using Orchestrator.App.PlanFiles;
using Orchestrator.App.Programs;
using Orchestrator.App.Setup;
using Orchestrator.App.Workers;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App;

/// <summary>
/// The services that all use cases share, such as user interaction, clock, environment variables and current folder. The folder determines
/// the repository and its settings.
/// </summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="directory">Absolute path of the folder to which relative paths refer.</param>
/// <param name="time">The clock.</param>
/// <param name="verbose">True to log as much detail as possible.</param>
/// <param name="platform">The host platform, or null for that of this process.</param>
public abstract class UseCaseServiceBundle(
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    bool verbose = false,
    HostPlatform? platform = null
)
{
    private LocalRepositoryPaths? _repository;
    private RunServiceBundle? _services;
    private RepositoryTrustStore? _trust;

    /// <summary>Token that is canceled when the user requests an immediate stop.</summary>
    public abstract CancellationToken StopNow { get; }

    /// <summary>Interaction with the user.</summary>
    public abstract IUserInteraction Interaction { get; }

    /// <summary>Services for the activities that execute runs on this machine. Each repository is opened only once.</summary>
    public RunServiceBundle Services => _services ??= RunServiceBundle.OfThisMachine([.. Program, "hook"], Environment, Trust, Time);

    /// <summary>Program and first arguments with which agents call <c>orchestrate</c>.</summary>
    /// <value>Default: the program of this process.</value>
    public IReadOnlyList<string> Program { get; init; } = ThisProgramCommand.Command;

    /// <summary>Usage records of the user's accounts. They are read when they are first used.</summary>
    public AccountUsageRecordCache AccountRecords => new(Environment, Time);

    /// <summary>Reads the budgets of runs.</summary>
    public RunBudgetReader Budgets => field ??= new RunBudgetReader(Environment, Time);

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    /// <summary>The user's trust decisions.</summary>
    public RepositoryTrustStore Trust => _trust ??= RepositoryTrustStore.OfUser(Environment);

    /// <summary>
    /// Environment variables that may contain secrets: those of the process and, once settings are loaded, those in
    /// <c>.orchestrator/secrets.env</c> and <c>.env</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = environment;

    /// <summary>Absolute path of the folder to which relative paths refer.</summary>
    public string Directory { get; } = directory;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>True to log as much detail as possible.</summary>
    public bool Verbose { get; } = verbose;

    /// <summary>Id of this machine, as used in the names of task queues and workers.</summary>
    public string Machine => Services.Host;

    /// <summary>Records of this machine's workers.</summary>
    public WorkerProcessRegistry Workers => field ??= new WorkerProcessRegistry(Environment);

    /// <summary>
    /// The caller of a command, as recorded in runs, in the form <c>USER@MACHINE</c>. If the command came from another device, the device's
    /// name is appended in parentheses.
    /// </summary>
    public string Person =>
        $"{(Environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : System.Environment.UserName)}@{Machine}"
        + (Device is null ? "" : $" ({Device})");

    /// <summary>Name of the user's device, or null for the terminal of this machine.</summary>
    public string? Device { get; init; }

    /// <summary>Operating system of this machine, which determines whether runs are possible.</summary>
    public HostPlatform Platform { get; } = platform ?? HostPlatform.Current;

    /// <summary>Returns the repository that contains the current folder. Returns null if there is none.</summary>
    public LocalRepositoryPaths? FindRepository() => _repository ??= LocalRepositoryPaths.Find(Directory);

    /// <summary>Returns the repository that contains the current folder.</summary>
    /// <exception cref="UseCaseException">The folder is not in a repository, or the repository has no work tree.</exception>
    public LocalRepositoryPaths RequireRepository()
    {
        var found = FindRepository();
        return LocalRepositoryPaths.RefusalOf(found, Directory) is { } refusal
            ? throw new UseCaseException(UseCaseOutcome.Usage, refusal.Why, refusal.Cure)
            : found!;
    }

    /// <summary>Throws if a checkout has an obstacle to runs, such as a link in place of an orchestrate folder.</summary>
    /// <param name="repository">The repository with the checkout.</param>
    /// <param name="worktrees">The folder for worktrees in the settings, relative to the repository.</param>
    /// <param name="stop">Cancels git processes.</param>
    /// <exception cref="UserRequestRefusedException">The checkout has an obstacle.</exception>
    public async Task RequireOwnFoldersAsync(LocalRepositoryPaths repository, string worktrees, CancellationToken stop)
    {
        if (await repository.FindObstacleAsync(worktrees, Services, stop) is var (why, cure))
        {
            throw new UserRequestRefusedException(why, cure);
        }
    }

    /// <summary>Returns the reference that runs on this machine use for a repository.</summary>
    public Task<RepositoryReference> ReferenceOfAsync(LocalRepositoryPaths repository) =>
        OrphanedProcessStopper.ReferenceOfAsync(repository, Services);

    /// <summary>Reads the plans that are named on the command line.</summary>
    public PlanAndReferencedFileReader PlanFiles => new(FindRepository(), Directory, FindSettings, Interaction.Warn, Time);

    /// <summary>Opens the backlog of the current folder. Errors in individual tasks are shown as warnings.</summary>
    /// <param name="tag">The tag in a file with tags, or null for the current tag.</param>
    public RepositoryBacklog Backlog(string? tag) => new(FindRepository(), Directory, tag, Time, Interaction.Warn);

    /// <summary>Converts a path on the command line to an absolute path.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Directory);

    /// <summary>
    /// Loads the current settings for read-only commands, and shows warnings about these settings. If the repository is not trusted, only
    /// harmless settings apply.
    /// </summary>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public SettingsLoadResult LoadSettings(params IReadOnlyList<SettingOverride> flags) => OpenSettings(FindRepository(), flags).Loaded;

    /// <summary>
    /// Opens the settings for commands that start programs and may ask the user to trust the repository (see
    /// <see cref="Starting.RepositoryTrustPrompt"/>).
    /// </summary>
    /// <param name="repository">The repository, or null outside a repository.</param>
    /// <param name="flags">Command-line options that set a setting.</param>
    /// <param name="runId">Id of the run, or null if the command concerns no run.</param>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public RepositorySettings OpenSettings(LocalRepositoryPaths? repository, IReadOnlyList<SettingOverride> flags, string? runId = null)
    {
        var settings = RepositorySettingsLoader.Open(repository?.WorkTree, Environment, flags, Trust, runId);
        foreach (var warning in settings.Loaded.Warnings)
        {
            Interaction.Warn(warning.ToString());
        }
        Use(settings);
        return settings;
    }

    /// <summary>Makes the specified settings the current settings.</summary>
    /// <exception cref="UseCaseException">A setting is invalid; the message lists all errors.</exception>
    public SettingsLoadResult Use(RepositorySettings settings)
    {
        Variables = settings.Loaded.Variables;
        return settings.Loaded.Settings is not null
            ? settings.Loaded
            : throw new UseCaseException(UseCaseOutcome.Usage, string.Join("\n", settings.Loaded.Errors.Select(fault => fault.ToString())));
    }

    /// <summary>
    /// Returns the settings, including those of a repository that is not trusted. Returns null if a setting is invalid. The result shows
    /// which settings apply when the repository is trusted, and must only be displayed. Errors are reported by the commands that need valid
    /// settings.
    /// </summary>
    public OrchestratorSettings? FindSettings() =>
        SettingsLoader.Load(SettingsFiles.Read(FindRepository()?.WorkTree, Environment, []) with { IsTrusted = true }).Settings;

    /// <summary>
    /// Loads the settings, using a file that the user named in place of the repository's settings file. The result is only for queries, and
    /// no command may act on it.
    /// </summary>
    /// <exception cref="UseCaseException">The file can't be opened, or a setting is invalid.</exception>
    public SettingsLoadResult LoadSettingsFrom(string name)
    {
        var path = FullPath(name);
        if (!File.Exists(path))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The file {name} does not exist in {Directory}.",
                "Check the name of the file."
            );
        }
        var result = SettingsLoader.Load(
            SettingsFiles.Read(FindRepository()?.WorkTree, Environment, []) with
            {
                RepositoryFile = new ConfigurationFileText(name, File.ReadAllText(path)),
                IsTrusted = true,
            }
        );
        foreach (var warning in result.Warnings)
        {
            Interaction.Warn(warning.ToString());
        }
        return result.Settings is not null
            ? result
            : throw new UseCaseException(UseCaseOutcome.Usage, string.Join("\n", result.Errors.Select(fault => fault.ToString())));
    }
}
