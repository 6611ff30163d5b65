namespace Orchestrator.Git.Sharing;

/// <summary>
/// A git bundle file (git-bundle(1)) that contains commits with their full history. Transfers commits between hosts that can reach neither
/// each other nor a common remote.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="path">Absolute path of the file.</param>
public sealed class GitBundleFile(GitRepository repository, string path)
{
    /// <summary>Writes a ref and its history to the bundle file. An existing file is replaced only when the new one is complete.</summary>
    /// <param name="name">Name of the ref.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
    public async Task WriteAsync(string name, CancellationToken cancellationToken = default)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await repository.AddObjectsAsync(repository.Call("bundle", "create", "--quiet", temporary, name), cancellationToken);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Fetches the commit to which a bundled ref points, with its history. The bundle must contain exactly one ref with the prefix.
    /// </summary>
    /// <param name="prefix">Prefix of the ref's name in the file.</param>
    /// <param name="name">Name of the local ref to set. An existing ref is overwritten.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
    /// <returns>Id of the commit, or null if the file is not a bundle, is damaged or does not contain such a ref.</returns>
    public async Task<string?> FetchAsync(string prefix, string name, CancellationToken cancellationToken = default)
    {
        var heads = await repository.ReadAsync(
            repository.Call("bundle", "list-heads", path) with
            {
                AnswerCodes = [0, 1, 128],
            },
            cancellationToken
        );
        var found = heads.ExitCode != 0 ? [] : heads.Lines.Select(line => line.Split(' ', 2)).Where(head => Is(head, prefix)).ToList();
        if (found is not [[var commit, var there]])
        {
            return null;
        }
        var fetched = await repository.WriteAsync(
            repository.Call("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", path, $"+{there}:{name}") with
            {
                AnswerCodes = [0, 1, 128],
            },
            cancellationToken
        );
        return fetched.ExitCode == 0 ? commit : null;
    }

    private static bool Is(string[] head, string prefix) =>
        head is [var id, var name] && ObjectId.IsId(id) && name.StartsWith(prefix + "/", StringComparison.Ordinal);
}
