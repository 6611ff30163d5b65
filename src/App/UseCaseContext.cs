using Orchestrator.Accounts;
using Orchestrator.Machine.Hosting;
using Orchestrator.Machine.Setup;
using Orchestrator.Runs;
using Orchestrator.Runs.Backlogs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks.Callbacks;
using Orchestrator.Settings;

namespace Orchestrator.App;

/// <summary>Dependencies of every use case: the person, time, variables, folder, and from it repository and settings.</summary>
/// <param name="environment">Variables of the process.</param>
/// <param name="directory">Absolute path of the folder that relative paths belong to.</param>
/// <param name="time">The clock.</param>
/// <param name="verbose">Logs are as detailed as possible.</param>
/// <param name="platform">The kind of machine; null: this one.</param>
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

    /// <summary>Cancelled when the person wants an end at once.</summary>
    public abstract CancellationToken StopNow { get; }

    /// <summary>The person.</summary>
    public abstract IInteraction Interaction { get; }

    /// <summary>Services of run steps on this machine; repositories are opened once.</summary>
    public RunServices Services => _services ??= RunServices.OfThisMachine([.. OwnProgram.Command, "hook"], Environment, Trust, Time);

    /// <summary>The usage of the user's agents; it is read where it is needed.</summary>
    public AccountRecords AccountRecords => new(Environment, Time);

    /// <summary>Reads what runs may spend.</summary>
    public RunBudgetReader Budgets => field ??= new RunBudgetReader(Environment, Time);

    /// <summary>Variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    /// <summary>The person's trust decisions.</summary>
    public TrustStore Trust => _trust ??= TrustStore.OfUser(Environment);

    /// <summary>Variables for secrets: the process's own, and since settings were loaded those of <c>.orchestrator/secrets.env</c> and
    /// <c>.env</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = environment;

    /// <summary>Folder that relative paths of the command line belong to.</summary>
    public string Directory { get; } = directory;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>True if logs are as detailed as possible.</summary>
    public bool Verbose { get; } = verbose;

    /// <summary>This machine in queues.</summary>
    public string Machine => Services.Host;

    /// <summary>Records of this machine's workers.</summary>
    public WorkerRecords Workers => field ??= new WorkerRecords(Environment);

    /// <summary>The caller for a run's record: the user and client, and the device where it is not this machine's terminal.</summary>
    public string Person =>
        $"{(Environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : System.Environment.UserName)}@{Machine}"
        + (Device is null ? "" : $" ({Device})");

    /// <summary>From where the person asks; null: at this terminal.</summary>
    public string? Device { get; init; }

    /// <summary>The kind of machine.</summary>
    public HostPlatform Platform { get; } = platform ?? HostPlatform.Current;

    /// <summary>The repository the command was called in, or null.</summary>
    public RepositoryLocation? FindRepository() => _repository ??= RepositoryLocation.Find(Directory);

    /// <summary>The repository the command was called in.</summary>
    /// <exception cref="UseCaseException">There is none, or it has no work tree.</exception>
    public RepositoryLocation RequireRepository()
    {
        var found = FindRepository();
        return RepositoryLocation.RefusalOf(found, Directory) is { } refusal
            ? throw new UseCaseException(Outcome.Usage, refusal.Why, refusal.Cure)
            : found!;
    }

    /// <summary>Plans that are named on the command line.</summary>
    public PlanFiles PlanFiles => new(FindRepository(), Directory, FindSettings, Interaction.Warn, Time);

    /// <summary>The backlog here; faults of single tasks are shown to the person.</summary>
    /// <param name="tag">The tag in a file with tags; null: the current one.</param>
    public RepositoryBacklog Backlog(string? tag) => new(FindRepository(), Directory, tag, Time, Interaction.Warn);

    /// <summary>The agent run that this process belongs to.</summary>
    /// <exception cref="UseCaseException">It belongs to none, or its folder is gone.</exception>
    public AgentStartFacts RequireAgentStart()
    {
        var start =
            AgentStartFacts.Find(Environment, Directory)
            ?? throw new UseCaseException(
                Outcome.Usage,
                $"This command is for agents that a run has started; {AgentStartFacts.FolderVariable} is not set here.",
                "To steer a run yourself, see 'orchestrate retry', 'skip' and 'approve'."
            );
        return start.IsThere
            ? start
            : throw new UseCaseException(
                Outcome.Usage,
                $"The folder of this agent start is gone: {start.Folder}.",
                "The run was removed while the agent worked; there is nobody to tell."
            );
    }

    /// <summary>A path of the command line as an absolute one.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Directory);

    /// <summary>The effective settings, for commands that read; warnings are shown. Of an untrusted repository only harmless settings
    /// count.</summary>
    /// <exception cref="UseCaseException">A setting is invalid; all faults are named.</exception>
    public SettingsResult LoadSettings(params IReadOnlyList<SettingFlag> flags) => OpenSettings(FindRepository(), flags).Loaded;

    /// <summary>Settings for commands that act, with the trust question: see <see cref="Starting.TrustGate"/>.</summary>
    /// <param name="repository">The repository; null where there is none.</param>
    /// <param name="flags">Options of the command line that set something.</param>
    /// <param name="runId">The run, where there is one.</param>
    /// <exception cref="UseCaseException">A setting is invalid; all faults are named.</exception>
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

    /// <summary>Makes these the effective settings.</summary>
    /// <exception cref="UseCaseException">A setting is invalid; all faults are named.</exception>
    public SettingsResult Use(RepositorySettings settings)
    {
        Variables = settings.Loaded.Variables;
        return settings.Loaded.Settings is not null
            ? settings.Loaded
            : throw new UseCaseException(Outcome.Usage, string.Join("\n", settings.Loaded.Errors.Select(fault => fault.ToString())));
    }

    /// <summary>The settings including untrusted ones: to show what a run would do once the repository is trusted, never to act on. Null
    /// where one is invalid, which is reported where it is needed.</summary>
    public OrchestratorSettings? FindSettings() =>
        SettingsLoader.Load(SettingsFiles.Read(FindRepository()?.WorkTree, Environment, []) with { IsTrusted = true }).Settings;

    /// <summary>The settings with this file as the repository's file, which the person named: for questions, never to act on.</summary>
    /// <exception cref="UseCaseException">The file can't be opened, or a setting is invalid.</exception>
    public SettingsResult LoadSettingsFrom(string name)
    {
        var path = FullPath(name);
        if (!File.Exists(path))
        {
            throw new UseCaseException(Outcome.Usage, $"There is no file {name} in {Directory}.", "Check the name.");
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
