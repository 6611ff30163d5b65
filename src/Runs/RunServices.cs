using System.Collections.Concurrent;
using Orchestrator.Accounts;
using Orchestrator.Git;

namespace Orchestrator.Runs;

/// <summary>Dependencies of a run's steps.</summary>
/// <param name="Host">Name of this host in queues.</param>
/// <param name="HookCommand">Program and arguments of the ownership hook; <c>--policy FILE</c> is added.</param>
/// <param name="Time">The clock.</param>
public sealed record RunServices(string Host, IReadOnlyList<string> HookCommand, TimeProvider Time)
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>Files and folders without which the ownership hook does not start: its program, and what lies beside it (libraries of a
    /// program that is no single file). A sandbox shows them where they lie in a folder that it hides.</summary>
    public IEnumerable<string> HookFiles =>
        HookCommand.Where(Path.IsPathRooted).SelectMany(file => (string[])[file, Path.GetDirectoryName(file) ?? file]);

    /// <summary>The environment that agents and settings see.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = SettingsFiles.ProcessEnvironment();

    /// <summary>git and the open repositories.</summary>
    /// <value>Default: none is open yet.</value>
    public GitRepositories Repositories { get; init; } = new();

    /// <summary>Which repositories the person trusts.</summary>
    /// <value>Default: the user's file, as <see cref="Environment"/> names it.</value>
    public TrustStore? Trust { get; init; }

    /// <summary>Asks runs for their status.</summary>
    /// <value>Default: none answers, and other tasks count as open.</value>
    public AskRun AskRun { get; init; } = (_, _) => Task.FromResult<RunStatus?>(null);

    /// <summary>Decides about agent starts of accounts.</summary>
    /// <value>Default: by files of the user, which <see cref="Environment"/> names.</value>
    public IAccountGovernor Governor
    {
        get => field ??= new FileGovernor(Environment, Time);
        init;
    }

    /// <summary>Confines agents, where the program works on this machine.</summary>
    public Bubblewrap Bubblewrap { get; } = new();

    /// <summary>Services for this machine, which is named in queues by <see cref="MachineIdentity"/>.</summary>
    /// <param name="hookCommand">Program and arguments of the ownership hook.</param>
    /// <param name="environment">The environment that agents and settings see.</param>
    /// <param name="trust">Which repositories the person trusts.</param>
    /// <param name="time">The clock.</param>
    public static RunServices OfThisMachine(
        IReadOnlyList<string> hookCommand,
        IReadOnlyDictionary<string, string> environment,
        TrustStore trust,
        TimeProvider time
    ) => new(MachineIdentity.Find(environment), hookCommand, time) { Environment = environment, Trust = trust };

    /// <summary>Stored plans and settings of runs.</summary>
    public StoredPlans Plans { get; } = new();

    /// <summary>A singleton for all runs of this process.</summary>
    /// <param name="make">Creates it; may be called twice concurrently, and then one result is used.</param>
    public T Part<T>(Func<RunServices, T> make)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => make(this));

    /// <summary>Opens a repository that must have a main checkout, because worktrees, plans and landing belong to it.</summary>
    /// <param name="path">Absolute path of a folder in it.</param>
    /// <exception cref="StepException">The repository is bare.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(string path)
    {
        var repository = await Repositories.OpenRecoveredAsync(path);
        return repository.MainCheckout is not null
            ? repository
            : throw new StepException(
                $"'{path}' is a bare repository: it has no checkout for the plan and the worktrees. Clone it (git clone {path} "
                    + "WORK) and run there.",
                "InvalidInput"
            );
    }

    /// <summary>The repository of a run, where git goes by its configuration as it was when the run began.</summary>
    /// <exception cref="ConfigurationCopyException">The copy of it is gone, or somebody changed it.</exception>
    public async Task<GitRepository> OpenRepositoryAsync(RunFiles files) =>
        await GoingByAsync(await OpenRepositoryAsync(files.Folder.Repository), files.Start.GitConfiguration);

    /// <summary>Opens the repository for a step that needs nothing else of the run's start, which may be missing.</summary>
    public async Task<GitRepository> OpenRepositoryAsync(RunFolder folder) =>
        await GoingByAsync(await OpenRepositoryAsync(folder.Repository), RunStart.TryRead(folder)?.GitConfiguration ?? "");

    /// <summary>Opens the repository without repairing anything, for commands that only look.</summary>
    public async Task<GitRepository> LookIntoAsync(RunFolder folder) =>
        await GoingByAsync(await Repositories.OpenAsync(folder.Repository), RunStart.TryRead(folder)?.GitConfiguration ?? "");

    // Without a copy nothing of the repository's own configuration runs: a folder of a run may have come with the repository.
    private Task<GitRepository> GoingByAsync(GitRepository repository, string configuration) =>
        configuration.Length > 0
            ? Repositories.GoingByAsync(repository, GitCopies.Open(Environment, configuration))
            : Task.FromResult(repository);

    /// <summary>The settings of a repository for a run, with the run's input as the topmost layer and the person's trust
    /// decisions.</summary>
    public RepositorySettings LoadSettings(string repository, string runId, OrchestrationInput input) =>
        SettingsOfRepository.Open(repository, Environment, RunInputLayer.Of(input), Trust ?? TrustStore.OfUser(Environment), runId);
}
