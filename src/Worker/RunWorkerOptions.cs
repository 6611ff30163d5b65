using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Temporalio.Common;

namespace Orchestrator.Worker;

/// <summary>Options of a worker.</summary>
public sealed record RunWorkerOptions
{
    /// <summary>Repositories whose activities run here.</summary>
    public required IReadOnlyList<RepositoryReference> Repositories { get; init; }

    /// <summary>Repositories by the names that callers use, where that is not their path here.</summary>
    public IReadOnlyDictionary<string, RepositoryReference> Named { get; init; } = new Dictionary<string, RepositoryReference>();

    /// <summary>Dependencies of steps on this machine.</summary>
    public required RunServices Services { get; init; }

    /// <summary>Identity of the worker, as servers and their pages show it.</summary>
    public required string Identity { get; init; }

    /// <summary>Build id of the worker: the program's version and commit. A version of a worker deployment has its own.</summary>
    public required string Build { get; init; }

    /// <summary>Places of this machine for tasks of runs that spread theirs.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<OfferedPlaces> Places { get; init; } = [];

    /// <summary>The git remotes that machines share, by the paths of repositories.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyDictionary<string, string> Remotes { get; init; } = new Dictionary<string, string>();

    /// <summary>Workers of other machines may use the same accounts: the server keeps their ledgers. Default: false, the files of this user
    /// do.</summary>
    public bool SharesAccounts { get; init; }

    /// <summary>The version of a worker deployment that this worker is: it gets workflows while that is the current one.</summary>
    /// <value>Default: null, the server offers it those of no deployment.</value>
    public WorkerDeploymentVersion? Deployment { get; init; }

    /// <summary>The time that activities have after the worker was asked to stop.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Places that a machine has for tasks of a repository's runs.</summary>
/// <param name="Repository">The repository here.</param>
/// <param name="Key">What its clones share (<see cref="RunRules.Places"/>).</param>
/// <param name="Slots">How many tasks at once, of all its repositories; 0: none.</param>
/// <param name="Labels">What tasks may ask for.</param>
/// <param name="Readiness">Whether one can be done there now.</param>
public sealed record OfferedPlaces(
    RepositoryReference Repository,
    string Key,
    int Slots,
    IReadOnlyList<string> Labels,
    HostReadiness Readiness
);
