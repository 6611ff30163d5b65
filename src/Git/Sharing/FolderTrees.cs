using System.Globalization;

namespace Orchestrator.Git.Sharing;

/// <summary>Folders of ours as trees of git, byte for byte.</summary>
/// <param name="repository">Where the objects are.</param>
public sealed class FolderTrees(GitRepository repository)
{
    /// <summary>Stores the contents of files, as they are now.</summary>
    /// <param name="files">Absolute paths of the files, by their paths in the tree.</param>
    /// <param name="known">Files that are stored already; those that are stored now are added.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>Ids of the contents, by their paths in the tree.</returns>
    public async Task<IReadOnlyDictionary<string, string>> StoreAsync(
        IReadOnlyDictionary<string, string> files,
        KnownFiles known,
        CancellationToken cancellationToken = default
    )
    {
        // Before they are read: what is written meanwhile is read the next time.
        var changed = files.Values.Where(path => known.Find(path) is null).Select(path => (Path: path, Stamp: FileStamp.Of(path))).ToList();
        if (changed.Count > 0)
        {
            var ids = (
                await repository.AddObjectsAsync(
                    repository.Call("hash-object", "-w", "--no-filters", "--stdin-paths") with
                    {
                        Input = ProcessInput.FromText(string.Concat(changed.Select(file => file.Path + "\n"))),
                    },
                    cancellationToken
                )
            ).Lines;
            foreach (var (file, id) in changed.Zip(ids))
            {
                known.Add(file.Path, file.Stamp, id);
            }
        }
        return files.ToDictionary(file => file.Key, file => known.Last(file.Value), StringComparer.Ordinal);
    }

    /// <summary>Writes a tree of stored contents.</summary>
    /// <param name="contents">Their ids, by their paths in the tree.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>Its id.</returns>
    public async Task<string> WriteAsync(IReadOnlyDictionary<string, string> contents, CancellationToken cancellationToken = default)
    {
        using var index = new TemporaryIndex(repository);
        var entries = new StringBuilder();
        foreach (var (path, id) in contents)
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
