using Orchestrator.Agents;
using Orchestrator.Git.Program;
using Orchestrator.Messages;

namespace Orchestrator.Machine.Hosting;

/// <summary>Work in progress of our processes in some repositories: gates and set-ups, git writes, agents. Ended where the processes that
/// waited for it are gone.</summary>
public sealed class OwnedAgents
{
    private static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<GitRepository> _repositories;
    private readonly RunServices _services;

    private OwnedAgents(IReadOnlyList<RepositoryReference> references, IReadOnlyList<GitRepository> repositories, RunServices services)
    {
        References = references;
        _repositories = repositories;
        _services = services;
    }

    /// <summary>The repositories as runs on this machine name them, in the given order.</summary>
    public IReadOnlyList<RepositoryReference> References { get; }

    /// <summary>Opens the repositories; ends nothing yet.</summary>
    /// <param name="locations">Where they are.</param>
    /// <param name="services">Machine, clock and open repositories.</param>
    public static async Task<OwnedAgents> OpenAsync(IReadOnlyList<RepositoryLocation> locations, RunServices services)
    {
        var references = new List<RepositoryReference>();
        var repositories = new List<GitRepository>();
        foreach (var location in locations)
        {
            var opened = await services.Repositories.OpenAsync(location.Root);
            repositories.Add(opened);
            references.Add(ReferenceOf(location, opened, services));
        }
        return new OwnedAgents(references, repositories, services);
    }

    /// <summary>A repository as runs on this machine name it.</summary>
    /// <param name="location">Where it is.</param>
    /// <param name="services">Machine and open repositories.</param>
    public static async Task<RepositoryReference> ReferenceOfAsync(RepositoryLocation location, RunServices services) =>
        ReferenceOf(location, await services.Repositories.OpenAsync(location.Root), services);

    private static RepositoryReference ReferenceOf(RepositoryLocation location, GitRepository repository, RunServices services) =>
        new(location.Root, repository.Key, QueueNames.ForRepository(services.Host, repository.Key)) { Host = Environment.MachineName };

    /// <summary>Ends work of dead processes, except for agents, which are taken over: gates and set-ups would go on in folders that are
    /// reused as soon as their activities are failed, and git may have left locks.</summary>
    public async Task EndThatOfTheDeadAsync()
    {
        await Leftovers.StopThoseOfTheDeadAsync(_services.Time);
        foreach (var repository in _repositories)
        {
            repository.RemoveLocksOfTheDead();
        }
    }

    /// <summary>Ends all agents of the repositories, where no process will follow them again.</summary>
    public async Task EndAgentsAsync()
    {
        foreach (var reference in References)
        {
            await new ProcessStopper(_services.Time).StopByEnvironmentAsync(
                AgentEnvironment.RepositoryVariable,
                reference.Path,
                StopSignal.Terminate,
                AgentGrace,
                AgentGrace
            );
        }
    }

    /// <summary>Ends this process's own work at once, except for agents: for a process that ends without waiting.</summary>
    public static Task EndOwnAsync() => Leftovers.StopOwnAsync();
}
