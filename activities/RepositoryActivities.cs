using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the activity that finds a repository's own task queue. Workers fetch this activity from the task queue that all repositories
/// share.
/// </summary>
/// <param name="repositories">Repositories that this worker serves.</param>
public sealed class RepositoryActivities(ServedRepositories repositories) : IRepositoryActivities
{
    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) =>
        repositories.FindAsync(path, ActivityExecutionContext.Current.Info.Attempt);
}
