using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Sharing;

/// <summary>
/// Stores an id on the remote, in a ref that the first clone creates. All clones that use the same remote share the id, even if they use
/// different addresses for it.
/// </summary>
/// <param name="repository">A clone.</param>
/// <param name="remote">Name or address of the remote.</param>
public sealed class RepositoryIdRemoteRefStore(GitRepository repository, string remote)
{
    private const string Name = "refs/orchestrator/identity";

    /// <summary>Reads the id from the remote, or creates it there if it does not exist.</summary>
    /// <param name="cancellationToken">Cancels the git calls.</param>
    /// <returns>Either an id of 12 hex digits or the problem that prevented reading it. The other value is empty.</returns>
    public async Task<(string Id, string Problem)> FindAsync(CancellationToken cancellationToken = default)
    {
        var (refs, shared) = (new RefStore(repository), new RemoteRefs(repository, remote));
        var fetch = new Dictionary<string, string> { [Name] = Name };
        if ((await shared.FetchAsync(fetch, cancellationToken)).Length > 0)
        {
            var commits = new GitCommitReaderAndWriter(repository);
            var tree = await new FolderAsGitTreeStore(repository).WriteAsync(new Dictionary<string, string>(), cancellationToken);
            var made = await commits.CreateAsync(tree, [], $"Shared by its clones: {Guid.NewGuid():n}", null, cancellationToken);
            var pushed = await shared.PushAsync(new Dictionary<string, string> { [Name] = made }, Name, null, cancellationToken);
            // Another clone may have created the ref at the same time.
            if (await shared.FetchAsync(fetch, cancellationToken) is { Length: > 0 } absent)
            {
                return ("", pushed.Message.Length > 0 ? pushed.Message : absent);
            }
        }
        return ((await refs.ReadAsync(Name, cancellationToken))![..12], "");
    }
}
