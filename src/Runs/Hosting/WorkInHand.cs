namespace Orchestrator.Runs.Hosting;

/// <summary>What processes of ours have in hand in some repositories: gates and set-ups that run, writes of git, agents. Ended where those
/// that waited for it are gone.</summary>
public sealed class WorkInHand
{
    private static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<GitRepository> _repositories;
    private readonly RunServices _services;

    private WorkInHand(IReadOnlyList<RepositoryReference> references, IReadOnlyList<GitRepository> repositories, RunServices services)
    {
        References = references;
        _repositories = repositories;
        _services = services;
    }

    /// <summary>The repositories as runs on this machine name them, in the order that was given.</summary>
    public IReadOnlyList<RepositoryReference> References { get; }

    /// <summary>Opens the repositories; nothing is ended yet.</summary>
    /// <param name="locations">Where they are.</param>
    /// <param name="services">The machine, the clock, and where repositories are opened.</param>
    public static async Task<WorkInHand> OpenAsync(IReadOnlyList<RepositoryLocation> locations, RunServices services)
    {
        var references = new List<RepositoryReference>();
        var repositories = new List<GitRepository>();
        foreach (var location in locations)
        {
            var opened = await services.Repositories.OpenAsync(location.Root);
            repositories.Add(opened);
            references.Add(new RepositoryReference(location.Root, opened.Key, TaskQueues.ForRepository(services.Host, opened.Key)));
        }
        return new WorkInHand(references, repositories, services);
    }

    /// <summary>Ends what dead processes had in hand, but for their agents, which are taken up: their gates and set-ups work on, in folders
    /// that are used again as soon as what they had in hand is given back, and their git may have left locks.</summary>
    public async Task EndThatOfTheDeadAsync()
    {
        await Leftovers.StopThoseOfTheDeadAsync(_services.Time);
        foreach (var repository in _repositories)
        {
            repository.RemoveLocksOfTheDead();
        }
    }

    /// <summary>Ends all agents of the repositories, where nobody will ever follow them again.</summary>
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

    /// <summary>Ends, without any grace, what this process has in hand but for agents: for one that ends and waits for nobody.</summary>
    public static Task EndOwnAsync() => Leftovers.StopOwnAsync();
}
