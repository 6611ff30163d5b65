using System.Collections.Concurrent;
using Orchestrator.Git;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Repositories that runs can work in; what killed git processes of earlier times left behind is mended once.</summary>
internal static class Repositories
{
    private static readonly ConcurrentDictionary<string, Task> Recovered = new(StringComparer.Ordinal);

    /// <summary>Opens a repository that must have a main checkout, because worktrees, plans and landing belong to it.</summary>
    public static async Task<GitRepository> OpenAsync(string path)
    {
        var repository = await OpenedRepositories.OpenAsync(path);
        var recovering = Recovered.GetOrAdd(path, _ => repository.RecoverAsync());
        try
        {
            await recovering;
        }
        catch
        {
            Recovered.TryRemove(KeyValuePair.Create(path, recovering));
            throw;
        }

        return repository.MainCheckout is not null
            ? repository
            : throw new ApplicationFailureException(
                $"'{path}' is a bare repository: it has no checkout for the plan and the worktrees. Clone it (git clone {path} WORK) and run there.",
                "InvalidInput", nonRetryable: true);
    }
}
