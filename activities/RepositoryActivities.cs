using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Finds the queue of a repository, as an activity of the queue that all workers share.</summary>
/// <param name="repositories">The repositories that this worker serves.</param>
public sealed class RepositoryActivities(ServedRepositories repositories) : IRepositoryActivities
{
    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) =>
        repositories.FindAsync(path, ActivityExecutionContext.Current.Info.Attempt);
}
