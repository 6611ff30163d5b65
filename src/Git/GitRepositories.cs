using System.Collections.Concurrent;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git;

/// <summary>The git program and the repositories that somebody works with, each looked at once: its version, a repository's place and its
/// configuration do not change while we work, and asking anew would cost every step three git processes. What failed is tried
/// again.</summary>
public sealed class GitRepositories
{
    private readonly ConcurrentDictionary<string, Task<GitProgram>> _programs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<GitRepository>> _opened = new(StringComparer.Ordinal);
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

    /// <summary>The same, after what killed git processes of earlier times left behind was mended.</summary>
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
