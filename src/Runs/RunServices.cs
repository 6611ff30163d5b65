using System.Collections.Concurrent;
using Orchestrator.Git;
using Orchestrator.Runs.Accounts;

namespace Orchestrator.Runs;

/// <summary>Dependencies of a run's steps.</summary>
/// <param name="Host">Name of this host in task queue names.</param>
/// <param name="HookCommand">Program and arguments of the ownership hook; <c>--policy FILE</c> is appended.</param>
/// <param name="Time">The clock.</param>
public sealed record RunServices(string Host, IReadOnlyList<string> HookCommand, TimeProvider Time)
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>Files and folders that the ownership hook needs to start: its program, and the libraries beside it if the program is not a
    /// single file. A sandbox that hides the folder makes these paths visible.</summary>
    public IEnumerable<string> HookFiles =>
        HookCommand.Where(Path.IsPathRooted).SelectMany(file => (string[])[file, Path.GetDirectoryName(file) ?? file]);

    /// <summary>Environment variables that are visible to agents and settings.</summary>
    /// <value>Default: the environment of this process.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = SettingsFiles.ProcessEnvironment();

    /// <summary>Opens repositories with git and caches them.</summary>
    /// <value>Default: no repository is open yet.</value>
    public GitRepositoryCache Repositories { get; init; } = new();

    /// <summary>Repositories that the user trusts, or null for the user's own trust file.</summary>
    /// <value>Default: the file that <see cref="Environment"/> names.</value>
    public TrustStore? Trust { get; init; }

    /// <summary>Queries runs for their status.</summary>
    /// <value>Default: no run responds, so that other tasks count as open.</value>
    public AskRun AskRun { get; init; } = (_, _) => Task.FromResult<RunStatus?>(null);

    /// <summary>Admits agent runs and accounts for their usage.</summary>
    /// <value>Default: backed by the user's files that <see cref="Environment"/> names.</value>
    public IAccountGovernor Governor
    {
        get => field ??= new FileGovernor(Environment, Time);
        init;
    }

    /// <summary>Confines agents by bubblewrap, if it works on this host.</summary>
    public Bubblewrap Bubblewrap { get; } = new();

    /// <summary>Creates the services of this host, with its name taken from <see cref="MachineIdentity"/>.</summary>
    /// <param name="hookCommand">Program and arguments of the ownership hook.</param>
    /// <param name="environment">Environment variables that are visible to agents and settings.</param>
    /// <param name="trust">Repositories that the user trusts, or null for the user's own trust file.</param>
    /// <param name="time">The clock.</param>
    public static RunServices OfThisMachine(
        IReadOnlyList<string> hookCommand,
        IReadOnlyDictionary<string, string> environment,
        TrustStore trust,
        TimeProvider time
    ) => new(MachineIdentity.Find(environment), hookCommand, time) { Environment = environment, Trust = trust };

    /// <summary>Cache of the runs' stored plans and settings.</summary>
    public StoredPlans Plans { get; } = new();

    /// <summary>Returns the singleton of a type that all runs in this process share.</summary>
    /// <param name="make">Creates the instance. It may be called twice concurrently; only one result is used.</param>
    public T Part<T>(Func<RunServices, T> make)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => make(this));

    /// <summary>Opens a repository and requires a main checkout, because worktrees, plans and landing need one.</summary>
    /// <param name="path">Absolute path of a folder in the repository.</param>
    /// <exception cref="StepException">The repository is bare.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(string path)
    {
        var repository = await Repositories.OpenRecoveredAsync(path);
        return repository.MainCheckout is not null
            ? repository
            : throw new StepException(
                $"'{path}' is a bare repository, so it has no checkout for the plan and the worktrees. Clone it (git clone {path} "
                    + "WORK) and run there.",
                "InvalidInput"
            );
    }

    /// <summary>Opens a run's repository with git's configuration as it was when the run started.</summary>
    /// <exception cref="ConfigurationSnapshotException">The copy of the configuration is missing or was changed.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(RunFiles files) =>
        await GoingByAsync(await OpenRepositoryAsync(files.Folder.Repository), files.Start.GitConfiguration);

    /// <summary>Opens a run's repository for a step that works even if the run's start file is missing.</summary>
    public async Task<GitRepository> OpenRepositoryAsync(RunFolder folder) =>
        await GoingByAsync(await OpenRepositoryAsync(folder.Repository), RunStart.TryRead(folder)?.GitConfiguration ?? "");

    /// <summary>Opens a run's repository without recovering it, for read-only commands.</summary>
    public async Task<GitRepository> LookIntoAsync(RunFolder folder) =>
        await GoingByAsync(await Repositories.OpenAsync(folder.Repository), RunStart.TryRead(folder)?.GitConfiguration ?? "");

    // Without a copy, none of the repository's own configuration is in force, because the run's folder may have come with the repository.
    private Task<GitRepository> GoingByAsync(GitRepository repository, string configuration) =>
        configuration.Length > 0
            ? Repositories.GoingByAsync(repository, GitConfigurationCopies.Open(Environment, configuration))
            : Task.FromResult(repository);

    /// <summary>Loads a repository's settings for a run, with the run's input as the topmost layer and the user's trust
    /// decisions.</summary>
    public RepositorySettings LoadSettings(string repository, string runId, OrchestrationInput input) =>
        SettingsOfRepository.Open(repository, Environment, RunInputLayer.Of(input), Trust ?? TrustStore.OfUser(Environment), runId);
}
