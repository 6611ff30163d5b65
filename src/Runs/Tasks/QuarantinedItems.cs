using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.Runs.Tasks;

/// <summary>What was put aside while agents worked, and a person may take back, without an engine.</summary>
public static class QuarantinedItems
{
    /// <summary>What waits, the oldest first.</summary>
    public static async Task<IReadOnlyList<QuarantinedItem>> ListAsync(RepositoryLocation repository) =>
        new Quarantine(await new GitRepositories().OpenAsync(repository.Root)).List();

    /// <summary>Puts one back where it was. It is not put aside again.</summary>
    public static async Task AcceptAsync(RepositoryLocation repository, QuarantinedItem item, CancellationToken cancellationToken) =>
        await new Quarantine(await new GitRepositories().OpenAsync(repository.Root)).AcceptAsync(item, cancellationToken);
}
