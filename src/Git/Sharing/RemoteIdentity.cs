using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Sharing;

/// <summary>The identity of all clones of a repository that share a remote, whatever address each knows it by: a ref on the remote, which
/// the first one makes.</summary>
/// <param name="repository">A clone.</param>
/// <param name="remote">Name or address of the remote.</param>
public sealed class RemoteIdentity(GitRepository repository, string remote)
{
    private const string Name = "refs/orchestrator/identity";

    /// <summary>Finds or makes it.</summary>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>12 hex digits, and why they are not known; one of both is empty.</returns>
    public async Task<(string Id, string Problem)> FindAsync(CancellationToken cancellationToken = default)
    {
        var (refs, shared) = (new RefStore(repository), new RemoteRefs(repository, remote));
        var fetch = new Dictionary<string, string> { [Name] = Name };
        if ((await shared.FetchAsync(fetch, cancellationToken)).Length > 0)
        {
            var commits = new CommitStore(repository);
            var tree = await new FolderTrees(repository).WriteAsync(new Dictionary<string, string>(), cancellationToken);
            var made = await commits.CreateAsync(tree, [], $"Shared by its clones: {Guid.NewGuid():n}", null, cancellationToken);
            var pushed = await shared.PushAsync(new Dictionary<string, string> { [Name] = made }, Name, null, cancellationToken);
            // Another clone may have been faster.
            if (await shared.FetchAsync(fetch, cancellationToken) is { Length: > 0 } absent)
            {
                return ("", pushed.Message.Length > 0 ? pushed.Message : absent);
            }
        }
        return ((await refs.ReadAsync(Name, cancellationToken))![..12], "");
    }
}
