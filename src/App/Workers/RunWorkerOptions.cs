using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Temporalio.Common;

namespace Orchestrator.App.Workers;

/// <summary>Options of a <see cref="RunWorker"/>.</summary>
public sealed record RunWorkerOptions
{
    /// <summary>Repositories whose activities run here.</summary>
    public required IReadOnlyList<RepositoryReference> Repositories { get; init; }

    /// <summary>Repositories by names that callers use instead of their paths on this machine.</summary>
    public IReadOnlyDictionary<string, RepositoryReference> Named { get; init; } = new Dictionary<string, RepositoryReference>();

    /// <summary>Services for activities on this machine.</summary>
    public required RunServices Services { get; init; }

    /// <summary>Identity of the worker, as servers and their pages show it.</summary>
    public required string Identity { get; init; }

    /// <summary>Build id of the worker: the program's version and commit. A version of a worker deployment has its own.</summary>
    public required string Build { get; init; }

    /// <summary>Slots that this machine offers to distributed runs.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<OfferedSlots> Places { get; init; } = [];

    /// <summary>Git remotes that machines share, by repository path.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyDictionary<string, string> Remotes { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True if workers of other machines may use the same accounts, so that the server stores the ledgers. Default: false, with ledgers in
    /// this user's files.
    /// </summary>
    public bool SharesAccounts { get; init; }

    /// <summary>Worker deployment version of this worker. It receives workflow tasks while this is the current version.</summary>
    /// <value>Default: null, for an unversioned worker.</value>
    public WorkerDeploymentVersion? Deployment { get; init; }

    /// <summary>Grace period for running activities after the worker was requested to stop.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Slots that a machine offers to distributed runs of a repository.</summary>
/// <param name="Repository">The repository on this machine.</param>
/// <param name="Key">Key that all clones of the repository share (<see cref="RunRules.Places"/>).</param>
/// <param name="Slots">Number of tasks that run at the same time, over all repositories of the machine; 0 for none.</param>
/// <param name="Labels">Labels that tasks may require.</param>
/// <param name="Readiness">Checks whether the machine can run a task now.</param>
public sealed record OfferedSlots(
    RepositoryReference Repository,
    string Key,
    int Slots,
    IReadOnlyList<string> Labels,
    HostReadiness Readiness
);
