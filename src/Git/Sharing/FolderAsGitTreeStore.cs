using System.Globalization;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Sharing;

/// <summary>Stores orchestrate's own folders as git trees, byte for byte.</summary>
/// <param name="repository">Repository that holds the objects.</param>
public sealed class FolderAsGitTreeStore(GitRepository repository)
{
    /// <summary>
    /// Stores the current contents of files as blobs. Reads the files without following links, and copies them before git reads them,
    /// because running programs may replace a file at any time.
    /// </summary>
    /// <param name="root">Absolute path of the folder that contains the files.</param>
    /// <param name="files">Absolute paths of the files, by their paths in the tree. Missing paths and paths that are not files are
    /// omitted.</param>
    /// <param name="known">Files that are already stored. Newly stored files are added.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Blob ids by path in the tree.</returns>
    public async Task<IReadOnlyDictionary<string, string>> StoreAsync(
        string root,
        IReadOnlyDictionary<string, string> files,
        StoredFileCache known,
        CancellationToken cancellationToken = default
    )
    {
        // The stamps are taken before the files are read, so that the next call detects a concurrent write.
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
        if (new WorktreeFileReaderAndWriter(root).TryRead(Path.GetRelativePath(root, path), int.MaxValue) is not { } content)
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
                        Input = ProcessStandardInput.FromText(string.Concat(paths.Select(path => path + "\n"))),
                    },
                    cancellationToken
                )
            ).Lines;

    /// <summary>Writes a git tree whose blobs are already stored in the repository.</summary>
    /// <param name="contents">Blob ids by path in the tree.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Id of the tree.</returns>
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
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(entries.ToString())),
            },
            cancellationToken
        );
        return (
            await repository.AddObjectsAsync(repository.Call("write-tree") with { Environment = index.Environment }, cancellationToken)
        ).Text;
    }

    /// <summary>Returns the content of each file in a tree, with its path in the tree.</summary>
    /// <param name="tree">Commit or tree.</param>
    /// <param name="cancellationToken">Cancels the git calls.</param>
    public async IAsyncEnumerable<(string Path, byte[] Content)> ReadAsync(
        string tree,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        foreach (var file in await commits.ListFilesAsync(tree, cancellationToken))
        {
            if (await commits.ReadFileAsync(tree, file.Path, cancellationToken) is { } content)
            {
                yield return (file.Path, content);
            }
        }
    }
}
