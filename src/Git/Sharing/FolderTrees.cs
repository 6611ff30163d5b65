using System.Globalization;

namespace Orchestrator.Git.Sharing;

/// <summary>Folders of ours as trees of git, byte for byte.</summary>
/// <param name="repository">Where the objects are.</param>
public sealed class FolderTrees(GitRepository repository)
{
    /// <summary>Writes a tree of files.</summary>
    /// <param name="files">Absolute paths of the files, by their paths in the tree.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>Its id.</returns>
    public async Task<string> WriteAsync(IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken = default)
    {
        using var index = new TemporaryIndex(repository);
        var ids = (
            await repository.AddObjectsAsync(
                repository.Call("hash-object", "-w", "--no-filters", "--stdin-paths") with
                {
                    Input = ProcessInput.FromText(string.Concat(files.Values.Select(path => path + "\n"))),
                },
                cancellationToken
            )
        ).Lines;
        var entries = new StringBuilder();
        foreach (var (path, id) in files.Keys.Zip(ids))
        {
            entries.Append(CultureInfo.InvariantCulture, $"100644 {id}\t{path}\0");
        }
        await repository.AddObjectsAsync(
            repository.Call("update-index", "--add", "-z", "--index-info") with
            {
                Environment = index.Environment,
                Input = ProcessInput.FromBytes(FileNames.Encode(entries.ToString())),
            },
            cancellationToken
        );
        return (
            await repository.AddObjectsAsync(repository.Call("write-tree") with { Environment = index.Environment }, cancellationToken)
        ).Text;
    }

    /// <summary>The files of a tree, by their paths in it.</summary>
    /// <param name="tree">A commit or tree.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public async IAsyncEnumerable<(string Path, byte[] Content)> ReadAsync(
        string tree,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var commits = new CommitStore(repository);
        foreach (var file in await commits.ListFilesAsync(tree, cancellationToken))
        {
            if (await commits.ReadFileAsync(tree, file.Path, cancellationToken) is { } content)
            {
                yield return (file.Path, content);
            }
        }
    }
}
