using System.Collections.Concurrent;
using Orchestrator.Git;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Repositories by path, opened once: the git program's version and the repository's place do not change while we work.</summary>
internal static class Repositories
{
    private static readonly Lazy<Task<GitProgram>> Program = new(() => GitProgram.FindAsync());
    private static readonly ConcurrentDictionary<string, Task<GitRepository>> Opened = new(StringComparer.Ordinal);

    /// <summary>Opens a repository that must have a main checkout, because worktrees, plans and landing belong to it.</summary>
    public static async Task<GitRepository> OpenAsync(string path)
    {
        var opening = Opened.GetOrAdd(path, p => OpenNewAsync(p));
        try
        {
            return await opening;
        }
        catch
        {
            Opened.TryRemove(KeyValuePair.Create(path, opening));
            throw;
        }
    }

    private static async Task<GitRepository> OpenNewAsync(string path)
    {
        var repository = await GitRepository.OpenAsync(await Program.Value, path);
        await repository.RecoverAsync();
        return repository.MainCheckout is not null
            ? repository
            : throw new ApplicationFailureException(
                $"'{path}' is a bare repository: it has no checkout for the plan and the worktrees. Clone it (git clone {path} WORK) and run there.",
                "InvalidInput", nonRetryable: true);
    }
}
