using Orchestrator.Agents;
using Orchestrator.Git;
using Orchestrator.Processes;

namespace Orchestrator.Runs;

/// <summary>A repository that a worker of this machine works in.</summary>
public sealed class WorkerRepository
{
    private static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(10);
    private readonly GitRepository _repository;

    private WorkerRepository(RepositoryLocation location, GitRepository repository)
    {
        Location = location;
        _repository = repository;
    }

    /// <summary>Where it lies.</summary>
    public RepositoryLocation Location { get; }

    /// <summary>What names it in queues, wherever it is mounted or linked.</summary>
    public string Key => _repository.Key;

    /// <summary>Opens a repository.</summary>
    public static async Task<WorkerRepository> OpenAsync(RepositoryLocation location) => new(location, await OpenedRepositories.OpenAsync(location.Root));

    /// <summary>Removes what git processes that were killed have left locked.</summary>
    public void RemoveLocksOfTheDead() => _repository.RemoveLocksOfTheDead();

    /// <summary>Ends all agents of the repository's runs: nobody will ever follow them again.</summary>
    /// <param name="time">The clock.</param>
    public Task EndAgentsAsync(TimeProvider time) =>
        new ProcessStopper(time).StopByEnvironmentAsync(AgentEnvironment.RepositoryVariable, Location.Root, StopSignal.Terminate, AgentGrace, AgentGrace);
}
