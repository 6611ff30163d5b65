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
/// <param name="named">The same by what those call them that start runs: a name, or their path where they see it.</param>
/// <param name="services">What the steps need.</param>
public sealed class RepositoryActivities(
    IReadOnlyList<RepositoryReference> served,
    IReadOnlyDictionary<string, RepositoryReference> named,
    RunServices services
) : IRepositoryActivities
{
    /// <summary>So many workers are asked at once, as it were; then somebody has to start one.</summary>
    private const int QuickAttempts = 100;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    [Activity]
    public async Task<RepositoryReference> FindRepositoryAsync(string path)
    {
        if (named.TryGetValue(path, out var called))
        {
            return called;
        }
        if (!Path.IsPathRooted(path))
        {
            throw NotHere(path, null);
        }
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
            $"The worker on {services.Host} does not serve '{path}'; it serves "
                + $"{(served.Count == 0 ? "none" : string.Join(", ", served.Select(r => r.Path).Concat(named.Keys)))}. "
                + "Another worker is asked. If none serves it, start one on its machine: orchestrate worker --repository PATH, or "
                + "PATH=NAME where runs are started with another path or a name",
            inner,
            "NotServed",
            nonRetryable: false,
            // Which worker is asked is chance: one that does not serve it may be asked several times before the one that does.
            nextRetryDelay: ActivityExecutionContext.Current.Info.Attempt < QuickAttempts ? Quick : Slow
        );
}
