using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Activity on the shared task queue that finds the queue of a repository.</summary>
/// <param name="repositories">The repositories that this worker serves.</param>
public sealed class RepositoryActivities(ServedRepositories repositories) : IRepositoryActivities
{
    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) =>
        repositories.FindAsync(path, ActivityExecutionContext.Current.Info.Attempt);
}
