using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>
/// Finds the queue of a repository. Any worker may be asked; one that does not have the repository hands the question on.
/// </summary>
/// <param name="served">The repositories that this worker serves.</param>
/// <param name="services">What the steps need.</param>
public sealed class RepositoryActivities(IReadOnlyList<RepositoryReference> served, RunServices services) : IRepositoryActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<RepositoryReference> FindRepositoryAsync(string path)
    {
        GitRepository repository;
        try
        {
            repository = await services.OpenRepositoryAsync(Path.GetFullPath(path));
        }
        catch (NotARepositoryException missing) when (served.Count == 0 || !Directory.Exists(path))
        {
            throw NotHere(path, missing);
        }
        catch (NotARepositoryException none)
        {
            throw new ApplicationFailureException(none.Message, none, "InvalidInput", nonRetryable: true);
        }
        return served.FirstOrDefault(r => r.Key == repository.Key) ?? throw NotHere(path, null);
    }

    private ApplicationFailureException NotHere(string path, Exception? inner) =>
        new(
            $"The worker on {services.Host} does not serve '{path}'; it serves {(served.Count == 0 ? "none" : string.Join(", ", served.Select(r => r.Path)))}. "
                + "Another worker is asked. If none serves it, start one on its machine: orchestrate worker --repository PATH",
            inner,
            "NotServed",
            nonRetryable: false
        );
}
