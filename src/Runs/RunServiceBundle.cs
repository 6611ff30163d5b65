using System.Collections.Concurrent;
using Orchestrator.Git;
using Orchestrator.Runs.Accounts;

namespace Orchestrator.Runs;

/// <summary>Services that the steps of a run use.</summary>
/// <param name="Host">Name of this host in the names of task queues.</param>
/// <param name="HookCommand">Program and arguments of the hook that checks file ownership. The caller appends <c>--policy FILE</c>.</param>
/// <param name="Time">The clock.</param>
public sealed record RunServiceBundle(string Host, IReadOnlyList<string> HookCommand, TimeProvider Time)
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>
    /// Absolute paths of the ownership hook's program files and of the folders that contain them, because the folders may also contain
    /// libraries. A sandbox must make these paths visible.
    /// </summary>
    public IEnumerable<string> HookFiles =>
        HookCommand.Where(Path.IsPathRooted).SelectMany(file => (string[])[file, Path.GetDirectoryName(file) ?? file]);

    /// <summary>Environment variables that are visible to agents and settings.</summary>
    /// <value>Default: the environment of this process.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = SettingsFiles.ProcessEnvironment();

    /// <summary>Opens git repositories and caches them.</summary>
    /// <value>Default: no repository is open yet.</value>
    public GitRepositoryCache Repositories { get; init; } = new();

    /// <summary>The user's trust decisions about repositories, or null to use the user's trust file.</summary>
    /// <value>Default: the file that <see cref="Environment"/> names.</value>
    public RepositoryTrustStore? Trust { get; init; }

    /// <summary>Queries the workflow of a run for the run's status.</summary>
    /// <value>Default: no run responds, so that other tasks count as open.</value>
    public AskRun AskRun { get; init; } = (_, _) => Task.FromResult<RunStatus?>(null);

    /// <summary>Admits agent runs and records their usage.</summary>
    /// <value>Default: backed by the user's files that <see cref="Environment"/> names.</value>
    public IAccountGovernor Governor
    {
        get => field ??= new FileBackedAccountGovernor(Environment, Time);
        init;
    }

    /// <summary>Creates sandboxes with bubblewrap, if it works on this host.</summary>
    public Bubblewrap Bubblewrap { get; } = new();

    /// <summary>Creates the services of this host. <see cref="MachineIdentityCalculator"/> provides the host name.</summary>
    /// <param name="hookCommand">Program and arguments of the hook that checks file ownership.</param>
    /// <param name="environment">Environment variables that are visible to agents and settings.</param>
    /// <param name="trust">The user's trust decisions about repositories, or null to use the user's trust file.</param>
    /// <param name="time">The clock.</param>
    public static RunServiceBundle OfThisMachine(
        IReadOnlyList<string> hookCommand,
        IReadOnlyDictionary<string, string> environment,
        RepositoryTrustStore trust,
        TimeProvider time
    ) => new(MachineIdentityCalculator.Find(environment), hookCommand, time) { Environment = environment, Trust = trust };

    /// <summary>Cache of the stored plans and settings of runs.</summary>
    public RunPlanCache Plans { get; } = new();

    /// <summary>
    /// Returns the instance of <typeparamref name="T"/> that all runs in this process share, and creates the instance on first use.
    /// </summary>
    /// <param name="make">Creates the instance. Concurrent callers may create two instances, of which only one is used.</param>
    public T Part<T>(Func<RunServiceBundle, T> make)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => make(this));

    /// <summary>Opens a repository. Throws if it has no main checkout, because worktrees, plans and landings need one.</summary>
    /// <param name="path">Absolute path of a folder in the repository.</param>
    /// <exception cref="RunStepFailedException">The repository is bare.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(string path)
    {
        var repository = await Repositories.OpenRecoveredAsync(path);
        return repository.MainCheckout is not null
            ? repository
            : throw new RunStepFailedException(
                $"'{path}' is a bare repository, so it has no checkout for the plan and the worktrees. Clone it (git clone {path} "
                    + "WORK) and run there.",
                "InvalidInput"
            );
    }

    /// <summary>Opens the repository of a run, with the git configuration that was in effect when the run started.</summary>
    /// <exception cref="ConfigurationSnapshotException">The copy of the configuration is missing or was changed.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(RunPlanAndSettings files) =>
        await WithConfigurationAsync(await OpenRepositoryAsync(files.Folder.Repository), files.Start.GitConfiguration);

    /// <summary>Opens the repository of a run for a step that also works if the run's stored start settings are missing.</summary>
    public async Task<GitRepository> OpenRepositoryAsync(RunFolder folder) =>
        await WithConfigurationAsync(
            await OpenRepositoryAsync(folder.Repository),
            RunStartSettings.TryRead(folder)?.GitConfiguration ?? ""
        );

    /// <summary>
    /// Opens the repository of a run for a command that only reads. Interrupted changes to the repository are not repaired.
    /// </summary>
    public async Task<GitRepository> OpenReadOnlyAsync(RunFolder folder) =>
        await WithConfigurationAsync(
            await Repositories.OpenAsync(folder.Repository),
            RunStartSettings.TryRead(folder)?.GitConfiguration ?? ""
        );

    // Without a copy, the repository's own configuration is ignored, because the run's folder may have arrived together with the
    // repository.
    private Task<GitRepository> WithConfigurationAsync(GitRepository repository, string configuration) =>
        configuration.Length > 0
            ? Repositories.WithConfigurationAsync(repository, GitConfigurationCopyStore.Open(Environment, configuration))
            : Task.FromResult(repository);

    /// <summary>
    /// Loads the settings of a repository for a run. The run's input overrides all other settings. The user's trust decisions apply.
    /// </summary>
    public RepositorySettings LoadSettings(string repository, string runId, OrchestrationInput input) =>
        RepositorySettingsLoader.Open(
            repository,
            Environment,
            RunInputSettingsLayerBuilder.Of(input),
            Trust ?? RepositoryTrustStore.OfUser(Environment),
            runId
        );
}
