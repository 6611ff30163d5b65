using System.Collections.Concurrent;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git;

/// <summary>Opens the git program and repositories, each once: version, paths and configuration do not change while we work, and reading
/// them again would cost every step three git processes. Failures are not cached.</summary>
public sealed class GitRepositories
{
    private readonly ConcurrentDictionary<string, Task<GitProgram>> _programs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _goingBy = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _recovered = new(StringComparer.Ordinal);

    /// <summary>The <c>git</c> on PATH.</summary>
    /// <exception cref="GitUnavailableException">There is none, or it is too old.</exception>
    public Task<GitProgram> GitAsync() => OnceAsync(_programs, "git", _ => GitProgram.FindAsync());

    /// <summary>The repository that a folder belongs to.</summary>
    /// <param name="path">Absolute path of a folder.</param>
    /// <exception cref="GitUnavailableException">There is no git, or it is too old.</exception>
    /// <exception cref="NotARepositoryException">The folder is in no repository that can be used.</exception>
    public Task<GitRepository> OpenAsync(string path) =>
        OnceAsync(_opened, path, async p => await GitRepository.OpenAsync(await GitAsync(), p));

    /// <summary>Opens a repository after repairing what killed git processes have left.</summary>
    /// <param name="path">Absolute path of a folder.</param>
    /// <exception cref="GitUnavailableException">There is no git, or it is too old.</exception>
    /// <exception cref="NotARepositoryException">The folder is in no repository that can be used.</exception>
    public Task<GitRepository> OpenRecoveredAsync(string path) =>
        OnceAsync(
            _recovered,
            path,
            async p =>
            {
                var repository = await OpenAsync(p);
                await new RepositoryRecovery(repository).RunAsync();
                return repository;
            }
        );

    /// <summary>A repository whose calls go by a copy of git's configuration.</summary>
    public Task<GitRepository> GoingByAsync(GitRepository repository, ConfigurationCopy copy) =>
        OnceAsync(_goingBy, $"{repository.CommonDirectory}\n{copy.Hash}", _ => repository.GoingByAsync(copy));

    /// <summary>A repository whose calls go by a copy of git's configuration as it was at the first call.</summary>
    /// <param name="repository">Opened without a copy.</param>
    /// <param name="folder">The folder of all copies.</param>
    public Task<GitRepository> GoingByPresentAsync(GitRepository repository, string folder) =>
        OnceAsync(
            _goingBy,
            repository.CommonDirectory,
            async _ => await repository.GoingByAsync(await ConfigurationCopy.MakeAsync(repository, folder))
        );

    private static async Task<T> OnceAsync<T>(ConcurrentDictionary<string, Task<T>> known, string key, Func<string, Task<T>> findAsync)
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
