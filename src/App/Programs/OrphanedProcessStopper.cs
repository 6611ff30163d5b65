using Orchestrator.Agents;
using Orchestrator.Git.Program;

namespace Orchestrator.App.Programs;

/// <summary>
/// Ends gates, set-up commands, git processes and agents that were left running after the processes that waited for them died. Agents are
/// ended only in the given repositories.
/// </summary>
public sealed class OrphanedProcessStopper
{
    private static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<GitRepository> _repositories;
    private readonly RunServiceBundle _services;

    private OrphanedProcessStopper(
        IReadOnlyList<RepositoryReference> references,
        IReadOnlyList<GitRepository> repositories,
        RunServiceBundle services
    )
    {
        References = references;
        _repositories = repositories;
        _services = services;
    }

    /// <summary>References that runs on this machine use for the repositories, in the order in which the repositories were given.</summary>
    public IReadOnlyList<RepositoryReference> References { get; }

    /// <summary>Opens the repositories without ending anything.</summary>
    /// <param name="locations">Locations of the repositories.</param>
    /// <param name="services">Machine, clock and open repositories.</param>
    public static async Task<OrphanedProcessStopper> OpenAsync(IReadOnlyList<LocalRepositoryPaths> locations, RunServiceBundle services)
    {
        var references = new List<RepositoryReference>();
        var repositories = new List<GitRepository>();
        foreach (var location in locations)
        {
            var opened = await services.Repositories.OpenAsync(location.Root);
            repositories.Add(opened);
            references.Add(ReferenceOf(location, opened, services));
        }
        return new OrphanedProcessStopper(references, repositories, services);
    }

    /// <summary>Returns the reference that runs on this machine use for a repository.</summary>
    /// <param name="location">Location of the repository.</param>
    /// <param name="services">Machine and open repositories.</param>
    public static async Task<RepositoryReference> ReferenceOfAsync(LocalRepositoryPaths location, RunServiceBundle services) =>
        ReferenceOf(location, await services.Repositories.OpenAsync(location.Root), services);

    private static RepositoryReference ReferenceOf(LocalRepositoryPaths location, GitRepository repository, RunServiceBundle services) =>
        new(location.Root, repository.Key, QueueNames.ForRepository(services.Host, repository.Key)) { Host = Environment.MachineName };

    /// <summary>
    /// Ends processes whose owner (the process that started them) is dead, because gates and set-up commands would otherwise continue in
    /// reused folders. Agents are not ended, because a new owner monitors them. Also removes lock files that git left behind.
    /// </summary>
    public async Task EndThatOfTheDeadAsync()
    {
        await LeftoverProcessStopper.StopThoseOfTheDeadAsync(_services.Time);
        foreach (var repository in _repositories)
        {
            repository.RemoveLocksOfTheDead();
        }
    }

    /// <summary>Ends all agents of the repositories. Used if no process will monitor them again.</summary>
    public async Task EndAgentsAsync()
    {
        foreach (var reference in References)
        {
            await new ProcessStopper(_services.Time).StopByEnvironmentAsync(
                AgentEnvironment.RepositoryVariable,
                reference.Path,
                PosixStopSignal.Terminate,
                AgentGrace,
                AgentGrace
            );
        }
    }

    /// <summary>
    /// Immediately ends the processes that this process started, except agents. Used by a process that exits without waiting.
    /// </summary>
    public static Task EndOwnAsync() => LeftoverProcessStopper.StopOwnAsync();
}
