using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>A patch as text.</summary>
/// <param name="Text">Unified diff; binary files are only named.</param>
/// <param name="IsCut">True if it was longer than the limit: the first and the last half are there.</param>
public sealed record Patch(string Text, bool IsCut);

/// <summary>Reads differences.</summary>
public sealed class Diffs(GitRepository repository)
{
    internal static readonly string[] Raw =
    [
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
    ];

    /// <summary>The files that differ between two commits or trees.</summary>
    public async Task<IReadOnlyList<ChangedFile>> BetweenAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        if (repository.Part<ObjectMemory>().FindDiff(from, to) is { } known)
        {
            return known;
        }
        var diff = ParseRaw(await repository.ReadAsync(repository.Call(["diff-tree", "-r", .. Raw, from, to, "--"]), cancellationToken));
        repository.Part<ObjectMemory>().Add(from, to, diff);
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
        var output = await repository.ReadAsync(
            repository.Call([
                "--literal-pathspecs",
                "diff-tree",
                "-p",
                "-r",
                "--no-renames",
                "--full-index",
                "--no-color",
                "--no-ext-diff",
                "--no-textconv",
                "--src-prefix=a/",
                "--dst-prefix=b/",
                from,
                to,
                "--",
                .. paths ?? [],
            ]) with
            {
                OutputLimit = limit,
                MayBeCut = true,
            },
            cancellationToken
        );
        return new Patch(Encoding.UTF8.GetString(output.Bytes.Span), output.IsCut);
    }

    /// <summary>How many lines were added and removed in each file that differs between two commits or trees; none in a binary
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
            repository.Call([
                "diff-tree",
                "-r",
                "-z",
                "--numstat",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                .. space,
                from,
                to,
                "--",
            ]),
            cancellationToken
        );

        // Lines added, tab, lines removed, tab, path, NUL; hyphens in place of numbers for a binary file.
        return output
            .Fields()
            .Select(field => field.Split('\t', 3))
            .ToDictionary(facts => facts[2], facts => Number(facts[0]) + Number(facts[1]), StringComparer.Ordinal);

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
