using Orchestrator.Runs.Merging.Preflight;
using Temporalio.Common;

namespace Orchestrator.App.Workers;

/// <summary>Options of <see cref="TemporalWorkerGroup"/>.</summary>
public sealed record TemporalWorkerGroupOptions
{
    /// <summary>Repositories whose activities this worker executes.</summary>
    public required IReadOnlyList<RepositoryReference> Repositories { get; init; }

    /// <summary>Repositories, keyed by the short names that callers may use instead of the repositories' paths on this machine.</summary>
    public IReadOnlyDictionary<string, RepositoryReference> Named { get; init; } = new Dictionary<string, RepositoryReference>();

    /// <summary>Services for the activities on this machine.</summary>
    public required RunServiceBundle Services { get; init; }

    /// <summary>Identity of the worker, as Temporal servers and their web pages show it.</summary>
    public required string Identity { get; init; }

    /// <summary>
    /// Build id of the worker, which consists of the program's version and commit. A worker deployment version has its own build id.
    /// </summary>
    public required string Build { get; init; }

    /// <summary>Slots that this machine offers to distributed runs.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<HostSlotOffer> Places { get; init; } = [];

    /// <summary>Names or URLs of the git remotes through which machines exchange tasks, by repository path.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyDictionary<string, string> Remotes { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True if workers on other machines may use the same accounts, so that the account ledgers are stored on the server. Default: false,
    /// which means that the ledgers are stored in this user's files.
    /// </summary>
    public bool SharesAccounts { get; init; }

    /// <summary>
    /// Worker deployment version of this worker, or null for an unversioned worker. The worker receives workflow tasks while this is the
    /// current version.
    /// </summary>
    /// <value>Default: null, for an unversioned worker.</value>
    public WorkerDeploymentVersion? Deployment { get; init; }

    /// <summary>Maximum time for which running activities may continue after the worker is asked to stop.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The slots that a machine offers to distributed runs of a repository.</summary>
/// <param name="Repository">The repository on this machine.</param>
/// <param name="Key">Key that all clones of the repository share (see <see cref="RunWorkflowSettings.Places"/>).</param>
/// <param name="Slots">Maximum number of tasks that run at the same time, over all repositories of the machine, or 0 to offer none.</param>
/// <param name="Labels">Labels of the machine, which tasks may require.</param>
/// <param name="Readiness">Checks whether the machine can execute a task now.</param>
public sealed record HostSlotOffer(
    RepositoryReference Repository,
    string Key,
    int Slots,
    IReadOnlyList<string> Labels,
    HostReadinessChecker Readiness
);
