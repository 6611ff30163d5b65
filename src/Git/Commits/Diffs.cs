using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>A patch as text.</summary>
/// <param name="Text">Unified diff; of binary files (those with a NUL, whatever attributes say) there is only the size.</param>
/// <param name="IsCut">True if it was longer than the limit: the first and the last half are there.</param>
public sealed record Patch(string Text, bool IsCut);

/// <summary>Reads differences.</summary>
public sealed class Diffs(GitRepository repository)
{
    /// <summary>Begins the line in place of a binary file's content.</summary>
    public const string Binary = "Binary files differ: ";

    /// <summary>The files that differ between two commits or trees.</summary>
    public async Task<IReadOnlyList<ChangedFile>> BetweenAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        if (repository.Part<ObjectCache>().FindDiff(from, to) is { } known)
        {
            return known;
        }
        var diff = ParseRaw(
            await repository.ReadAsync(repository.Call(DiffCommands.OfTrees([.. DiffCommands.Raw, from, to, "--"])), cancellationToken)
        );
        repository.Part<ObjectCache>().Add(from, to, diff);
        return diff;
    }

    /// <summary>The patch, for people and prompts.</summary>
    /// <param name="from">A commit or tree.</param>
    /// <param name="to">A commit or tree.</param>
    /// <param name="paths">Only these files; none: all.</param>
    /// <param name="limit">Bytes to keep. Default: 1 MiB.</param>
    public async Task<Patch> PatchAsync(
        string from,
        string to,
        IEnumerable<string>? paths = null,
        int limit = 1024 * 1024,
        CancellationToken cancellationToken = default
    )
    {
        var only = (paths ?? []).Select(path => $":(top,literal){path}").ToList();
        var whole = await ReadPatchAsync(from, to, only, limit, cancellationToken);
        if (!whole.IsCut)
        {
            return new Patch(await WithoutBinaryAsync(FilePatches.Divide(whole.Bytes), [], cancellationToken), IsCut: false);
        }

        // What makes it so large may be binary, and then is only named.
        var binary = await new BinaryFiles(repository).FindAsync(await BetweenAsync(from, to, cancellationToken), cancellationToken);
        if (binary.Count == 0)
        {
            return new Patch(Encoding.UTF8.GetString(whole.Bytes.Span), IsCut: true);
        }
        var rest = await ReadPatchAsync(
            from,
            to,
            [.. only, .. binary.Select(file => $":(exclude,top,literal){file.Path}")],
            limit,
            cancellationToken
        );
        var named = binary.Where(file => paths is null || paths.Contains(file.Path)).ToList();
        return rest.IsCut
            ? new Patch(Encoding.UTF8.GetString(rest.Bytes.Span), IsCut: true)
            : new Patch(await WithoutBinaryAsync(FilePatches.Divide(rest.Bytes), named, cancellationToken), IsCut: false);
    }

    private Task<GitOutput> ReadPatchAsync(
        string from,
        string to,
        IReadOnlyList<string> pathspecs,
        int limit,
        CancellationToken cancellationToken
    ) =>
        repository.ReadAsync(
            repository.Call(
                DiffCommands.OfTrees(["-p", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", from, to, "--", .. pathspecs])
            ) with
            {
                OutputLimit = limit,
                MayBeCut = true,
            },
            cancellationToken
        );

    /// <summary>The text of all files, in which binary content is replaced by its size.</summary>
    private async Task<string> WithoutBinaryAsync(
        IReadOnlyList<FilePatch> files,
        List<ChangedFile> more,
        CancellationToken cancellationToken
    )
    {
        var sizes =
            files.Any(file => file.IsBinary) || more.Count > 0
                ? await new BinaryFiles(repository).SizesAsync(
                    [
                        .. files.Where(file => file.IsBinary).SelectMany(file => file.Ids),
                        .. more.SelectMany(file => new[] { file.OldId, file.NewId }),
                    ],
                    cancellationToken
                )
                : new Dictionary<string, long>();
        var text = new StringBuilder();
        foreach (var file in files)
        {
            text.Append(file.IsBinary ? $"{file.Header}\n{Describe(file.Ids)}\n" : file.Text);
        }
        foreach (var file in more)
        {
            var name = FileNames.Show(file.Path);
            text.Append(
                CultureInfo.InvariantCulture,
                $"diff --git a/{name} b/{name}\nindex {file.OldId}..{file.NewId}\n{Describe([file.OldId, file.NewId])}\n"
            );
        }
        return text.ToString();

        string Describe(IReadOnlyList<string> ids) => $"{Binary}{SizeOf(ids[0])} before, {SizeOf(ids[^1])} now";

        string SizeOf(string id) => sizes.TryGetValue(id, out var size) ? Plural.Of(size, "byte") : "nothing";
    }

    /// <summary>One side of a changed file.</summary>
    /// <param name="id">The content's id.</param>
    /// <returns>Empty where there was none; null where it is too large.</returns>
    public async Task<byte[]?> ReadContentAsync(string id, CancellationToken cancellationToken = default) =>
        id.AsSpan().ContainsAnyExcept('0')
            ? (await new BlobReader(repository).ReadAsync([id], cancellationToken)).GetValueOrDefault(id)
            : [];

    /// <summary>Counts the lines that were added and removed in each file that differs between two commits or trees; none in a binary
    /// one.</summary>
    /// <param name="from">A commit or tree.</param>
    /// <param name="to">A commit or tree.</param>
    /// <param name="ignoresWhiteSpace">Lines that differ only in white space count as equal; a file without other differences is left
    /// out.</param>
    public async Task<IReadOnlyDictionary<string, int>> CountLinesAsync(
        string from,
        string to,
        bool ignoresWhiteSpace = false,
        CancellationToken cancellationToken = default
    )
    {
        string[] space = ignoresWhiteSpace ? ["--ignore-all-space", "--ignore-blank-lines"] : [];
        var output = await repository.ReadAsync(
            repository.Call(DiffCommands.OfTrees(["-z", "--numstat", .. space, from, to, "--"])),
            cancellationToken
        );

        // Lines added, tab, lines removed, tab, path, NUL.
        var counts = output
            .Fields()
            .Select(field => field.Split('\t', 3))
            .ToDictionary(facts => facts[2], facts => Number(facts[0]) + Number(facts[1]), StringComparer.Ordinal);
        if (counts.Count > 0)
        {
            var changed = await BetweenAsync(from, to, cancellationToken);
            foreach (var file in await new BinaryFiles(repository).FindAsync(changed, cancellationToken))
            {
                if (counts.ContainsKey(file.Path))
                {
                    counts[file.Path] = 0;
                }
            }
        }
        return counts;

        static int Number(string text) => text == "-" ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads <c>--raw -z</c>: colon, modes, ids and status, NUL, path, NUL.</summary>
    internal static IReadOnlyList<ChangedFile> ParseRaw(GitOutput output)
    {
        var fields = output.Fields();
        var files = new List<ChangedFile>(fields.Length / 2);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var facts = fields[i].TrimStart(':').Split(' ');
            files.Add(new ChangedFile(fields[i + 1], ChangeOf(facts[4][0]), facts[0], facts[1], facts[2], facts[3]));
        }
        return files;
    }

    internal static FileChange ChangeOf(char letter) =>
        letter switch
        {
            'A' => FileChange.Added,
            'D' => FileChange.Deleted,
            'T' => FileChange.TypeChanged,
            _ => FileChange.Modified,
        };
}
