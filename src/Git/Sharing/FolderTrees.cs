using System.Globalization;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Sharing;

/// <summary>Folders of ours as trees of git, byte for byte.</summary>
/// <param name="repository">Where the objects are.</param>
public sealed class FolderTrees(GitRepository repository)
{
    /// <summary>Stores the contents of files, as they are now. They are read without following a link, and copied for git, because programs
    /// at work may put something else in their place at any moment.</summary>
    /// <param name="root">Absolute path of the folder that has them.</param>
    /// <param name="files">Absolute paths of the files, by their paths in the tree. One that is gone, or no file, is left out.</param>
    /// <param name="known">Files that are stored already; those that are stored now are added.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>Ids of the contents, by their paths in the tree.</returns>
    public async Task<IReadOnlyDictionary<string, string>> StoreAsync(
        string root,
        IReadOnlyDictionary<string, string> files,
        KnownFiles known,
        CancellationToken cancellationToken = default
    )
    {
        // Before they are read: what is written meanwhile is read the next time.
        var changed = files.Values.Where(path => known.Find(path) is null).Select(path => (Path: path, Stamp: FileStamp.Of(path))).ToList();
        var gone = new HashSet<string>(StringComparer.Ordinal);
        if (changed.Count > 0)
        {
            var copies = Directory.CreateTempSubdirectory("orchestrate-share-").FullName;
            try
            {
                var copied = changed.Select((file, number) => (file, Copy: Copy(root, file.Path, copies, number))).ToList();
                gone.UnionWith(copied.Where(file => file.Copy is null).Select(file => file.file.Path));
                var stored = copied.Where(file => file.Copy is not null).ToList();
                var ids = await HashAsync([.. stored.Select(file => file.Copy!)], cancellationToken);
                foreach (var ((file, _), id) in stored.Zip(ids))
                {
                    known.Add(file.Path, file.Stamp, id);
                }
            }
            finally
            {
                Directory.Delete(copies, recursive: true);
            }
        }
        return files
            .Where(file => !gone.Contains(file.Value))
            .ToDictionary(file => file.Key, file => known.Last(file.Value), StringComparer.Ordinal);
    }

    private static string? Copy(string root, string path, string folder, int number)
    {
        if (new WorktreeFiles(root).TryRead(Path.GetRelativePath(root, path), int.MaxValue) is not { } content)
        {
            return null;
        }
        var copy = Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));
        File.WriteAllBytes(copy, content);
        return copy;
    }

    private async Task<IReadOnlyList<string>> HashAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        paths.Count == 0
            ? []
            : (
                await repository.AddObjectsAsync(
                    repository.Call("hash-object", "-w", "--no-filters", "--stdin-paths") with
                    {
                        Input = ProcessInput.FromText(string.Concat(paths.Select(path => path + "\n"))),
                    },
                    cancellationToken
                )
            ).Lines;

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
