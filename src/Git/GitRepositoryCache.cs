using System.Collections.Concurrent;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git;

/// <summary>
/// Finds the git program and opens each repository only once, which saves three git processes per step. Assumes that the git version, the
/// paths and the configuration do not change while the process runs. Failures are not cached.
/// </summary>
public sealed class GitRepositoryCache
{
    private readonly ConcurrentDictionary<string, Task<GitProgram>> _programs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _goingBy = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _recovered = new(StringComparer.Ordinal);

    /// <summary>Returns the <c>git</c> program that PATH resolves to.</summary>
    /// <exception cref="GitUnavailableException">Git is missing or too old.</exception>
    public Task<GitProgram> GitAsync() => GetOrFindAsync(_programs, "git", _ => GitProgram.FindAsync());

    /// <summary>Returns the repository that contains a folder.</summary>
    /// <param name="path">Absolute path of a folder.</param>
    /// <exception cref="GitUnavailableException">Git is missing or too old.</exception>
    /// <exception cref="NotARepositoryException">The folder is not inside a usable repository.</exception>
    public Task<GitRepository> OpenAsync(string path) =>
        GetOrFindAsync(_opened, path, async p => await GitRepository.OpenAsync(await GitAsync(), p));

    /// <summary>Opens a repository after removing the leftovers of killed git processes.</summary>
    /// <param name="path">Absolute path of a folder.</param>
    /// <exception cref="GitUnavailableException">Git is missing or too old.</exception>
    /// <exception cref="NotARepositoryException">The folder is not inside a usable repository.</exception>
    public Task<GitRepository> OpenRecoveredAsync(string path) =>
        GetOrFindAsync(
            _recovered,
            path,
            async p =>
            {
                var repository = await OpenAsync(p);
                await new RepositoryCrashCleaner(repository).RunAsync();
                return repository;
            }
        );

    /// <summary>Returns a repository object whose git calls all use the given configuration snapshot.</summary>
    public Task<GitRepository> WithConfigurationAsync(GitRepository repository, ConfigurationSnapshot copy) =>
        GetOrFindAsync(_goingBy, $"{repository.CommonDirectory}\n{copy.Hash}", _ => repository.WithConfigurationAsync(copy));

    /// <summary>
    /// Returns a repository object whose git calls all use a configuration snapshot. The first call for a repository takes the snapshot.
    /// </summary>
    /// <param name="repository">Repository opened without a snapshot.</param>
    /// <param name="folder">Parent folder of all snapshots.</param>
    public Task<GitRepository> WithCurrentConfigurationAsync(GitRepository repository, string folder) =>
        GetOrFindAsync(
            _goingBy,
            repository.CommonDirectory,
            async _ => await repository.WithConfigurationAsync(await ConfigurationSnapshot.MakeAsync(repository, folder))
        );

    private static async Task<T> GetOrFindAsync<T>(ConcurrentDictionary<string, Task<T>> known, string key, Func<string, Task<T>> findAsync)
    {
        var finding = known.GetOrAdd(key, findAsync);
        try
        {
            return await finding;
        }
        catch
        {
            known.TryRemove(KeyValuePair.Create(key, finding));
            throw;
        }
    }
}
