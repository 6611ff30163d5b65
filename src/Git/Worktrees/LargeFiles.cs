using System.Text.RegularExpressions;

namespace Orchestrator.Git.Worktrees;

/// <summary>Large files of a repository (git LFS), whose content lies beside git's objects.</summary>
public static partial class LargeFiles
{
    /// <summary>A pointer has fewer bytes (git LFS, specification, "The Pointer").</summary>
    private const int LongestPointer = 1024;

    /// <summary>The most bytes that <c>git cat-file --batch</c> writes before a content: an id of SHA-256, a kind, a size.</summary>
    private const int LongestHeader = 128;

    /// <summary>Git is set up for them: in this repository, or, as by many installations, in all.</summary>
    public static bool AreSetUp(GitRepository repository) => repository.Configuration.Get("filter.lfs.clean") is { Length: > 0 };

    /// <summary>Git is set up for them, and the content of one is here.</summary>
    public static bool Exist(GitRepository repository) =>
        AreSetUp(repository)
        && Path.Combine(FolderOf(repository), "objects") is var objects
        && Directory.Exists(objects)
        && Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories).Any();

    /// <summary>Large files that were changed to a content that is not here, so that nobody can check them out.</summary>
    /// <param name="worktree">Where the changed files are checked out; its attributes say which files are large ones.</param>
    /// <param name="changed">Files of a commit that differ from an earlier one.</param>
    /// <param name="stop">Stops git.</param>
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
        var missing = (await SmallAsync(repository, changed, stop)).Where(file => IsMissing(repository, file.Blob));
        return await OfFilterAsync(worktree, [.. missing.Select(file => file.Path)], stop);
    }

    /// <summary>The lines of large files of text that were changed, whose pointers would count as three.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> CountLinesAsync(
        GitRepository repository,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (path, blob) in await SmallAsync(repository, changed, stop))
        {
            if (IsPointer(blob) && ContentOf(repository, blob) is { } content && !content.Contains((byte)0))
            {
                counts[path] = content.Count(unit => unit == (byte)'\n');
            }
        }
        return counts;
    }

    /// <summary>Changed files that are small enough to be pointers, with the content of their blobs.</summary>
    private static async Task<IReadOnlyList<(string Path, byte[] Blob)>> SmallAsync(
        GitRepository repository,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var files = changed.Where(file => file.NewMode.StartsWith("100", StringComparison.Ordinal)).ToList();
        var sizes = await new BinaryFiles(repository).SizesAsync([.. files.Select(file => file.NewId)], stop);
        string[] small = [.. sizes.Where(size => size.Value < LongestPointer).Select(size => size.Key)];
        var blobs = await new BlobReader(repository).ReadAsync(small, stop, (LongestPointer + LongestHeader) * (small.Length + 1));
        return [.. files.Where(file => blobs.ContainsKey(file.NewId)).Select(file => (file.Path, blobs[file.NewId]))];
    }

    /// <summary>True for the content of a blob that stands for a large file.</summary>
    public static bool IsPointer(byte[] blob) => IdIn(blob) is not null;

    /// <summary>The content that a blob stands for, so that an attribute hides nothing from a check.</summary>
    /// <param name="repository">Where large files are kept.</param>
    /// <param name="blob">The blob's own content.</param>
    /// <param name="limit">Most bytes that are read.</param>
    /// <returns>The blob itself where it is no pointer; null where the content is not here, or larger than the limit.</returns>
    public static byte[]? ContentOf(GitRepository repository, byte[] blob, int limit = CommitStore.LargestFile)
    {
        if (IdIn(blob) is not { } id)
        {
            return blob;
        }
        var file = new FileInfo(ObjectOf(repository, id));
        return file.Exists && file.Length <= limit ? SmallFile.TryRead(file.FullName) : null;
    }

    private static bool IsMissing(GitRepository repository, byte[] pointer) =>
        IdIn(pointer) is { } id && !File.Exists(ObjectOf(repository, id));

    private static string? IdIn(byte[] blob) =>
        blob.Length < LongestPointer && PointerPattern().Match(Encoding.UTF8.GetString(blob)) is { Success: true } found
            ? found.Groups[1].Value
            : null;

    private static string ObjectOf(GitRepository repository, string id) =>
        Path.Combine(FolderOf(repository), "objects", id[..2], id[2..4], id);

    /// <summary>The files that git LFS is the filter of.</summary>
    private static async Task<IReadOnlyList<string>> OfFilterAsync(Worktree worktree, string[] paths, CancellationToken stop)
    {
        if (paths.Length == 0)
        {
            return [];
        }
        var output = await worktree.Repository.ReadAsync(
            worktree.Call("check-attr", "-z", "--stdin", "filter") with
            {
                Input = ProcessInput.FromBytes(FileNames.Encode(string.Concat(paths.Select(path => path + "\0")))),
            },
            stop
        );
        // Path, attribute, value.
        return [.. output.Fields().Chunk(3).Where(facts => facts is [_, _, "lfs"]).Select(facts => facts[0])];
    }

    /// <summary>The folder in which git LFS keeps the content of large files.</summary>
    internal static string FolderOf(GitRepository repository) => Path.Combine(repository.CommonDirectory, "lfs");

    [GeneratedRegex(
        @"\Aversion https://git-lfs\.github\.com/spec/v1\n(?:[^\n]+\n)*oid sha256:([0-9a-f]{64})\n",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PointerPattern();
}
