using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>A patch as text, possibly cut at a size limit.</summary>
/// <param name="Text">Unified diff. Binary files are listed only with their sizes. A file that contains a NUL byte is binary, regardless of
/// its attributes.</param>
/// <param name="IsCut">True if the patch exceeded the limit, so that only its start and end are included.</param>
public sealed record GitPatchText(string Text, bool IsCut);

/// <summary>Reads differences between commits, trees and files.</summary>
public sealed class GitDiffReader(GitRepository repository)
{
    /// <summary>Prefix of the line that a patch contains in place of a binary file's content.</summary>
    public const string Binary = "Binary files differ: ";

    /// <summary>Returns the files that differ between two commits or trees.</summary>
    public async Task<IReadOnlyList<ChangedFile>> BetweenAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        if (repository.Part<CommitAndDiffCache>().FindDiff(from, to) is { } known)
        {
            return known;
        }
        var diff = ParseRaw(
            await repository.ReadAsync(
                repository.Call(GitDiffArgumentBuilder.OfTrees([.. GitDiffArgumentBuilder.Raw, from, to, "--"])),
                cancellationToken
            )
        );
        repository.Part<CommitAndDiffCache>().Add(from, to, diff);
        return diff;
    }

    /// <summary>Returns the differences between two commits or trees as a patch, for display and prompts.</summary>
    /// <param name="from">Old commit or tree.</param>
    /// <param name="to">New commit or tree.</param>
    /// <param name="paths">Files to include, or none for all files.</param>
    /// <param name="limit">Maximum size of the text in bytes. Default: 1 MiB.</param>
    public async Task<GitPatchText> PatchAsync(
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
            return new GitPatchText(await WithoutBinaryAsync(FilePatches.Divide(whole.Bytes), [], cancellationToken), IsCut: false);
        }

        // Binary files may be the reason for the size of the patch, and only their sizes are needed.
        var binary = await new BinaryFileDetector(repository).FindAsync(await BetweenAsync(from, to, cancellationToken), cancellationToken);
        if (binary.Count == 0)
        {
            return new GitPatchText(Encoding.UTF8.GetString(whole.Bytes.Span), IsCut: true);
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
            ? new GitPatchText(Encoding.UTF8.GetString(rest.Bytes.Span), IsCut: true)
            : new GitPatchText(await WithoutBinaryAsync(FilePatches.Divide(rest.Bytes), named, cancellationToken), IsCut: false);
    }

    private Task<GitCommandResult> ReadPatchAsync(
        string from,
        string to,
        IReadOnlyList<string> pathspecs,
        int limit,
        CancellationToken cancellationToken
    ) =>
        repository.ReadAsync(
            repository.Call(
                GitDiffArgumentBuilder.OfTrees(["-p", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", from, to, "--", .. pathspecs])
            ) with
            {
                OutputLimit = limit,
                MayBeCut = true,
            },
            cancellationToken
        );

    /// <summary>Returns the patch text of all files. For a binary file, the text states only the sizes.</summary>
    private async Task<string> WithoutBinaryAsync(
        IReadOnlyList<FilePatch> files,
        List<ChangedFile> more,
        CancellationToken cancellationToken
    )
    {
        var sizes =
            files.Any(file => file.IsBinary) || more.Count > 0
                ? await new BinaryFileDetector(repository).SizesAsync(
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
            var name = FileNameEncoding.Show(file.Path);
            text.Append(
                CultureInfo.InvariantCulture,
                $"diff --git a/{name} b/{name}\nindex {file.OldId}..{file.NewId}\n{Describe([file.OldId, file.NewId])}\n"
            );
        }
        return text.ToString();

        string Describe(IReadOnlyList<string> ids) => $"{Binary}{SizeOf(ids[0])} before, {SizeOf(ids[^1])} now";

        string SizeOf(string id) => sizes.TryGetValue(id, out var size) ? Plural.Of(size, "byte") : "nothing";
    }

    /// <summary>Reads the old or new content of a changed file by its blob id.</summary>
    /// <param name="id">Id of the blob.</param>
    /// <returns>The content. Empty if the file did not exist, or null if the content is too large.</returns>
    public async Task<byte[]?> ReadContentAsync(string id, CancellationToken cancellationToken = default) =>
        id.AsSpan().ContainsAnyExcept('0')
            ? (await new BlobReader(repository).ReadAsync([id], cancellationToken)).GetValueOrDefault(id)
            : [];

    /// <summary>
    /// Returns the number of changed lines (added plus removed) of each file that differs between two commits or trees. Binary files count
    /// as 0 lines.
    /// </summary>
    /// <param name="from">Old commit or tree.</param>
    /// <param name="to">New commit or tree.</param>
    /// <param name="ignoresWhiteSpace">True to treat lines that differ only in white space as equal. Files without other differences are
    /// omitted.</param>
    public async Task<IReadOnlyDictionary<string, int>> CountLinesAsync(
        string from,
        string to,
        bool ignoresWhiteSpace = false,
        CancellationToken cancellationToken = default
    )
    {
        string[] space = ignoresWhiteSpace ? ["--ignore-all-space", "--ignore-blank-lines"] : [];
        var counts = (await ReadCountsAsync([.. space, from, to], cancellationToken)).ToDictionary(
            file => file.Path,
            file => file.Added + file.Removed,
            StringComparer.Ordinal
        );
        if (counts.Count > 0)
        {
            var changed = await BetweenAsync(from, to, cancellationToken);
            foreach (var file in await new BinaryFileDetector(repository).FindAsync(changed, cancellationToken))
            {
                if (counts.ContainsKey(file.Path))
                {
                    counts[file.Path] = 0;
                }
            }
        }
        return counts;
    }

    /// <summary>
    /// Returns the total numbers of added and of removed lines between two commits or trees. Binary files count as 0 lines.
    /// </summary>
    /// <param name="from">Old commit or tree.</param>
    /// <param name="to">New commit or tree.</param>
    public async Task<(int Added, int Removed)> SumLinesAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        var files = await ReadCountsAsync([from, to], cancellationToken);
        return (files.Sum(file => file.Added), files.Sum(file => file.Removed));
    }

    private async Task<(string Path, int Added, int Removed)[]> ReadCountsAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var output = await repository.ReadAsync(
            repository.Call(GitDiffArgumentBuilder.OfTrees(["-z", "--numstat", .. arguments, "--"])),
            cancellationToken
        );

        // Format per file: lines added, tab, lines removed, tab, path, NUL.
        return [.. output.Fields().Select(field => field.Split('\t', 3)).Select(facts => (facts[2], Number(facts[0]), Number(facts[1])))];

        static int Number(string text) => text == "-" ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Parses <c>--raw -z</c> output, in which each entry consists of a colon, modes, ids and status, a NUL, the path, and another NUL.
    /// </summary>
    internal static IReadOnlyList<ChangedFile> ParseRaw(GitCommandResult output)
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
