namespace Orchestrator.Runs.Loading;

/// <summary>
/// The repositories that a worker serves. Any worker may receive a step for any repository. A worker that does not serve the step's
/// repository fails the attempt, so that another worker can take the retry.
/// </summary>
/// <param name="served">The served repositories.</param>
/// <param name="named">The served repositories by the names that callers use, which are a short name or the path on the caller's
/// host.</param>
/// <param name="linkedWorktreeOf">Returns the user's linked worktree that contains a path, or null if there is no such worktree.</param>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ServedRepositories(
    IReadOnlyList<RepositoryReference> served,
    IReadOnlyDictionary<string, RepositoryReference> named,
    Func<string, string?> linkedWorktreeOf,
    RunServiceBundle services
)
{
    /// <summary>
    /// Number of attempts that are retried without delay, because the server chooses workers at random. Later retries are delayed, because
    /// a matching worker may have to be started first.
    /// </summary>
    private const int QuickAttempts = 100;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    /// <summary>Finds a repository among those that the worker serves.</summary>
    /// <param name="path">Path or name that the caller used for the repository.</param>
    /// <param name="attempt">Number of the attempt, starting at 1.</param>
    /// <exception cref="RunStepFailedException">The repository is not served here (retried on another worker), or the path is not a
    /// repository (final).</exception>
    public async Task<RepositoryReference> FindAsync(string path, int attempt)
    {
        if (named.TryGetValue(path, out var known))
        {
            return known;
        }
        if (!Path.IsPathRooted(path))
        {
            throw NotServed(path, attempt, null);
        }
        try
        {
            var repository = await services.OpenRepositoryAsync(Path.GetFullPath(path));
            return served.FirstOrDefault(r => r.Key == repository.Key) is { } found
                ? found with
                {
                    LinkedWorktree = linkedWorktreeOf(path),
                }
                : throw NotServed(path, attempt, null);
        }
        catch (NotARepositoryException none)
        {
            throw served.Count == 0 || !Directory.Exists(path)
                ? NotServed(path, attempt, none)
                : new RunStepFailedException(none.Message, none, "InvalidInput");
        }
    }

    private RunStepFailedException NotServed(string path, int attempt, Exception? cause) =>
        new(
            $"The worker on {services.Host} does not serve '{path}'; it serves "
                + $"{(served.Count == 0 ? "none" : string.Join(", ", served.Select(r => r.Path).Concat(named.Keys)))}. "
                + "The step will be retried on another worker. If no worker serves the repository, start one on its host: orchestrate "
                + "worker --repository PATH, or "
                + "PATH=NAME if runs are started with another path or a name",
            cause,
            "NotServed"
        )
        {
            IsFinal = false,
            RetryAfter = attempt < QuickAttempts ? Quick : Slow,
        };
}
