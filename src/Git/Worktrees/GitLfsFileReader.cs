using System.Text.RegularExpressions;

namespace Orchestrator.Git.Worktrees;

/// <summary>Reads Git LFS files of a repository, whose content is stored outside git's objects.</summary>
public static partial class GitLfsFileReader
{
    /// <summary>Upper limit for the size of a Git LFS pointer, in bytes (Git LFS specification, "The Pointer").</summary>
    private const int LongestPointer = 1024;

    /// <summary>Upper limit for the header that <c>git cat-file --batch</c> writes before a blob, in bytes: a SHA-256 id, a type and a
    /// size.</summary>
    private const int LongestHeader = 128;

    /// <summary>True if git is configured for Git LFS, either in this repository or globally.</summary>
    public static bool AreSetUp(GitRepository repository) => repository.Configuration.Get("filter.lfs.clean") is { Length: > 0 };

    /// <summary>True if git is configured for Git LFS and the content of at least one Git LFS file is stored locally.</summary>
    public static bool Exist(GitRepository repository) =>
        AreSetUp(repository)
        && Path.Combine(FolderOf(repository), "objects") is var objects
        && Directory.Exists(objects)
        && Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories).Any();

    /// <summary>Returns the changed Git LFS files whose new content is not stored locally and therefore can't be checked out.</summary>
    /// <param name="worktree">Worktree with the changed files. Its attributes determine the large files.</param>
    /// <param name="changed">Files of a commit that differ from an earlier one.</param>
    /// <param name="stop">Cancels the git calls.</param>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        Worktree worktree,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var repository = worktree.Repository;
        if (!AreSetUp(repository))
        {
            return [];
        }
        var missing = (await FindPointerCandidatesAsync(repository, changed, stop)).Where(file => IsMissing(repository, file.Blob));
        return await OfFilterAsync(worktree, [.. missing.Select(file => file.Path)], stop);
    }

    /// <summary>
    /// Returns the line counts of changed text files in Git LFS, which would otherwise count as the three lines of a pointer.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, int>> CountLinesAsync(
        GitRepository repository,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (path, blob) in await FindPointerCandidatesAsync(repository, changed, stop))
        {
            if (IsPointer(blob) && ContentOf(repository, blob) is { } content && !content.Contains((byte)0))
            {
                counts[path] = content.Count(unit => unit == (byte)'\n');
            }
        }
        return counts;
    }

    /// <summary>Returns changed files that are small enough to be Git LFS pointers, with the content of their blobs.</summary>
    private static async Task<IReadOnlyList<(string Path, byte[] Blob)>> FindPointerCandidatesAsync(
        GitRepository repository,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var files = changed.Where(file => file.NewMode.StartsWith("100", StringComparison.Ordinal)).ToList();
        var sizes = await new BinaryFileDetector(repository).SizesAsync([.. files.Select(file => file.NewId)], stop);
        string[] small = [.. sizes.Where(size => size.Value < LongestPointer).Select(size => size.Key)];
        var blobs = await new BlobReader(repository).ReadAsync(small, stop, (LongestPointer + LongestHeader) * (small.Length + 1));
        return [.. files.Where(file => blobs.ContainsKey(file.NewId)).Select(file => (file.Path, blobs[file.NewId]))];
    }

    /// <summary>True if the content of a blob is a Git LFS pointer.</summary>
    public static bool IsPointer(byte[] blob) => IdIn(blob) is not null;

    /// <summary>
    /// Returns the content to which a Git LFS pointer refers, or the blob itself if it is not a pointer. Checks use this content, so that a
    /// file can't hide its content in Git LFS. Returns null if the content is too large or is not stored locally.
    /// </summary>
    /// <param name="repository">Repository that stores the large files.</param>
    /// <param name="blob">Content of the blob.</param>
    /// <param name="limit">Maximum number of bytes to read.</param>
    /// <returns>The blob itself if it is not a pointer, or null if the content is not stored locally or exceeds the limit.</returns>
    public static byte[]? ContentOf(GitRepository repository, byte[] blob, int limit = GitCommitReaderAndWriter.LargestFile)
    {
        if (IdIn(blob) is not { } id)
        {
            return blob;
        }
        var file = new FileInfo(ObjectOf(repository, id));
        return file.Exists && file.Length <= limit ? SmallFileReader.TryRead(file.FullName) : null;
    }

    private static bool IsMissing(GitRepository repository, byte[] pointer) =>
        IdIn(pointer) is { } id && !File.Exists(ObjectOf(repository, id));

    private static string? IdIn(byte[] blob) =>
        blob.Length < LongestPointer && PointerPattern().Match(Encoding.UTF8.GetString(blob)) is { Success: true } found
            ? found.Groups[1].Value
            : null;

    private static string ObjectOf(GitRepository repository, string id) =>
        Path.Combine(FolderOf(repository), "objects", id[..2], id[2..4], id);

    /// <summary>Returns the files to which the Git LFS filter applies.</summary>
    private static async Task<IReadOnlyList<string>> OfFilterAsync(Worktree worktree, string[] paths, CancellationToken stop)
    {
        if (paths.Length == 0)
        {
            return [];
        }
        var output = await worktree.Repository.ReadAsync(
            worktree.Call("check-attr", "-z", "--stdin", "filter") with
            {
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(paths.Select(path => path + "\0")))),
            },
            stop
        );
        // Fields: path, attribute, value.
        return [.. output.Fields().Chunk(3).Where(facts => facts is [_, _, "lfs"]).Select(facts => facts[0])];
    }

    /// <summary>Returns the folder in which Git LFS stores the content of files.</summary>
    internal static string FolderOf(GitRepository repository) => Path.Combine(repository.CommonDirectory, "lfs");

    [GeneratedRegex(
        @"\Aversion https://git-lfs\.github\.com/spec/v1\n(?:[^\n]+\n)*oid sha256:([0-9a-f]{64})\n",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PointerPattern();
}
