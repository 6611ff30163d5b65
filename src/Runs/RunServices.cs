using System.Collections.Concurrent;
using Orchestrator.Git;

namespace Orchestrator.Runs;

/// <summary>What the steps of a run need of their surroundings.</summary>
/// <param name="Host">Name of this host in queues.</param>
/// <param name="HookCommand">Program and arguments of the ownership hook; <c>--policy FILE</c> is added.</param>
/// <param name="Time">The clock.</param>
public sealed record RunServices(string Host, IReadOnlyList<string> HookCommand, TimeProvider Time)
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>The environment that agents and settings see.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = SettingsFiles.ProcessEnvironment();

    /// <summary>Git and the repositories, each opened once.</summary>
    /// <value>Default: none is open yet.</value>
    public GitRepositories Repositories { get; init; } = new();

    /// <summary>Which repositories the person trusts.</summary>
    /// <value>Default: the user's file, as <see cref="Environment"/> names it.</value>
    public TrustStore? Trust { get; init; }

    /// <summary>Confines agents, where the program works on this machine.</summary>
    internal Bubblewrap Bubblewrap { get; } = new();

    /// <summary>Those of the machine that this process is on, which is named in queues as <see cref="MachineIdentity"/> has it.</summary>
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

    /// <summary>Plans and settings of runs, as they were stored when those began.</summary>
    internal StoredPlans Plans { get; } = new();

    /// <summary>Something of which all runs of this process have one.</summary>
    /// <param name="make">Makes it; may be called twice at the same time, and then one of the two is used.</param>
    internal T Part<T>(Func<RunServices, T> make)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => make(this));

    /// <summary>Opens a repository that must have a main checkout, because worktrees, plans and landing belong to it.</summary>
    /// <param name="path">Absolute path of a folder in it.</param>
    /// <exception cref="StepException">It is a bare one.</exception>
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

    /// <summary>The settings of a repository for a run: what its input sets counts most. With what a person has said about the
    /// repository.</summary>
    internal RepositorySettings LoadSettings(string repository, string runId, OrchestrationInput input) =>
        RepositorySettings.Load(
            repository,
            SettingsFiles.Read(repository, Environment, RunInputLayer.Of(input)),
            ProjectCommands.Find,
            Trust ?? TrustStore.OfUser(Environment),
            runId
        );
}
