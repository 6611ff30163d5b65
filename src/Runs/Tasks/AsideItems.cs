using Orchestrator.Git;

namespace Orchestrator.Runs.Tasks;

/// <summary>What was put aside while agents worked, and a person may take back, without an engine.</summary>
public static class AsideItems
{
    /// <summary>What waits, the oldest first.</summary>
    public static async Task<IReadOnlyList<AsideItem>> ListAsync(RepositoryLocation repository) =>
        new PutAside(await OpenedRepositories.OpenAsync(repository.Root)).List();

    /// <summary>Puts one back where it was. It is not put aside again.</summary>
    public static async Task AcceptAsync(RepositoryLocation repository, AsideItem item, CancellationToken cancellationToken) =>
        await new PutAside(await OpenedRepositories.OpenAsync(repository.Root)).AcceptAsync(item, cancellationToken);
}
