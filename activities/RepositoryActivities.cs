using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activity on the shared task queue that finds a repository's queue.</summary>
/// <param name="repositories">Repositories that this worker serves.</param>
public sealed class RepositoryActivities(ServedRepositories repositories) : IRepositoryActivities
{
    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) =>
        repositories.FindAsync(path, ActivityExecutionContext.Current.Info.Attempt);
}
