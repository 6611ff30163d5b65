namespace Orchestrator.Runs.Loading;

/// <summary>The repositories that a worker serves. Any worker may be asked for one; a worker that does not have it fails the attempt, so
/// that another is asked.</summary>
/// <param name="served">The repositories.</param>
/// <param name="named">The same by the names of callers: a name, or their path on the caller's machine.</param>
/// <param name="services">What the steps need of this machine.</param>
public sealed class ServedRepositories(
    IReadOnlyList<RepositoryReference> served,
    IReadOnlyDictionary<string, RepositoryReference> named,
    RunServices services
)
{
    /// <summary>The server chooses the worker at random, so the first retries follow at once; later ones wait until a worker is
    /// started.</summary>
    private const int QuickAttempts = 100;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    /// <summary>Finds the repository.</summary>
    /// <param name="path">Its path or name, in the caller's form.</param>
    /// <param name="attempt">How often the question was asked, from 1.</param>
    /// <exception cref="StepException">It is not served here (retried on another worker), or is no repository (final).</exception>
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
                    LinkedWorktree = RepositoryLocation.Find(path)?.LinkedWorktree,
                }
                : throw NotServed(path, attempt, null);
        }
        catch (NotARepositoryException none)
        {
            throw served.Count == 0 || !Directory.Exists(path)
                ? NotServed(path, attempt, none)
                : new StepException(none.Message, none, "InvalidInput");
        }
    }

    private StepException NotServed(string path, int attempt, Exception? cause) =>
        new(
            $"The worker on {services.Host} does not serve '{path}'; it serves "
                + $"{(served.Count == 0 ? "none" : string.Join(", ", served.Select(r => r.Path).Concat(named.Keys)))}. "
                + "Another worker is asked. If none serves it, start one on its machine: orchestrate worker --repository PATH, or "
                + "PATH=NAME where runs are started with another path or a name",
            cause,
            "NotServed"
        )
        {
            IsFinal = false,
            RetryAfter = attempt < QuickAttempts ? Quick : Slow,
        };
}
