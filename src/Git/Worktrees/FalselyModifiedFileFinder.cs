using System.Security.Cryptography;

namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Finds files that are exactly as a checkout writes them (pristine), although git may report them as changed. Git compares the content
/// that <c>git add</c> would store, which can differ from the committed content, for example because of line endings or filters.
/// </summary>
internal sealed class FalselyModifiedFileFinder(Worktree worktree)
{
    /// <summary>Maximum size, in bytes, of a file that is checked. For larger files, git's own result is used.</summary>
    private const int LargestFile = 128 * 1024 * 1024;

    private static readonly string[] Attributes = ["text", "eol", "crlf", "ident", "filter", "working-tree-encoding"];
    private readonly WorktreeFileReaderAndWriter _files = new(worktree.Path);

    /// <summary>Conversion that git applies to a file when it writes the file to disk.</summary>
    private enum CheckoutFileConversionKind
    {
        None,
        LineEnds,
        Other,
    }

    /// <summary>Returns the paths of the entries whose files on disk are exactly as a checkout writes them.</summary>
    /// <param name="entries">Files of a commit or an index, usually those that git considers changed.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<HashSet<string>> FindAsync(IReadOnlyCollection<GitTreeFile> entries, CancellationToken cancellationToken)
    {
        var pristine = await FindByOwnEntryAsync(entries, cancellationToken);
        await AddTwinsAsync([.. entries.Where(entry => !pristine.Contains(entry.Path))], pristine, cancellationToken);
        return pristine;
    }

    /// <summary>Returns the files that git considers changed compared with an index, although the files are exactly as a checkout writes
    /// them.</summary>
    /// <param name="index">Environment variables that name the index, or empty for the worktree's own.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<HashSet<string>> FindInIndexAsync(IReadOnlyDictionary<string, string?> index, CancellationToken cancellationToken)
    {
        var call = worktree.Call(GitDiffArgumentBuilder.OfFiles(GitDiffArgumentBuilder.Raw)) with { Environment = index };
        var changed = GitDiffReader.ParseRaw(await worktree.Repository.ReadAsync(call, cancellationToken));
        return await FindAsync(EntriesBefore(changed), cancellationToken);
    }

    /// <summary>
    /// Returns files that count as changed although their content on disk is exactly as a checkout of the earlier commit writes it. Only
    /// their form in git differs. An agent that adds all files also adds such files, although it never edited them.
    /// </summary>
    /// <param name="changes">Differences from a commit. The new side may be an index or a commit.</param>
    /// <param name="isWanted">True for a file whose new form is requested work. If null, every new form counts as requested if attributes
    /// changed too.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<HashSet<string>> FindUntouchedAsync(
        IReadOnlyCollection<ChangedFile> changes,
        Func<string, bool>? isWanted,
        CancellationToken cancellationToken
    )
    {
        isWanted ??= changes.Any(change => Path.GetFileName(change.Path) == ".gitattributes") ? _ => true : _ => false;
        return await FindAsync(EntriesBefore(changes.Where(change => !isWanted(change.Path))), cancellationToken);
    }

    /// <summary>
    /// Returns the files on disk that are exactly as a checkout would write them from the index or commit entry with the same path.
    /// </summary>
    private async Task<HashSet<string>> FindByOwnEntryAsync(IReadOnlyCollection<GitTreeFile> entries, CancellationToken stop)
    {
        var pristine = new HashSet<string>(StringComparer.Ordinal);
        var others = new List<GitTreeFile>();
        foreach (var entry in entries.Where(HasItsKind))
        {
            stop.ThrowIfCancellationRequested();
            if (_files.TryRead(entry.Path, LargestFile) is { } content)
            {
                if (IdOf(content, entry.Id.Length) == entry.Id)
                {
                    pristine.Add(entry.Path);
                }
                else
                {
                    others.Add(entry);
                }
            }
        }
        if (others.Count > 0)
        {
            await AddConvertedAsync(others, pristine, stop);
        }
        return pristine;
    }

    private static List<GitTreeFile> EntriesBefore(IEnumerable<ChangedFile> changes) =>
        [
            .. changes
                .Where(change => change.Change == FileChange.Modified && change.OldMode == change.NewMode)
                .Select(change => new GitTreeFile(change.Path, change.OldMode, change.OldId)),
        ];

    private bool HasItsKind(GitTreeFile entry) =>
        entry.Mode.StartsWith("100", StringComparison.Ordinal)
        && _files.HasFile(entry.Path)
        && (
            worktree.Repository.Configuration.Get("core.filemode") == "false"
            || _files.IsExecutable(entry.Path) == entry.Mode.EndsWith("755", StringComparison.Ordinal)
        );

    /// <summary>
    /// Adds to <paramref name="pristine"/> those files on disk that equal their entry after the conversions that git applies on checkout.
    /// </summary>
    private async Task AddConvertedAsync(IReadOnlyList<GitTreeFile> entries, HashSet<string> pristine, CancellationToken stop)
    {
        var conversions = await ConversionsAsync(entries, stop);
        var converted = entries.Where(entry => conversions.GetValueOrDefault(entry.Path) != CheckoutFileConversionKind.None).ToList();
        var contents = await new BlobReader(worktree.Repository).ReadAsync([.. converted.Select(entry => entry.Id)], stop, LargestFile);
        foreach (var entry in converted)
        {
            if (
                contents.TryGetValue(entry.Id, out var content) && IsOnDisk(entry, WithCarriageReturns(content))
                || conversions[entry.Path] == CheckoutFileConversionKind.Other && await IsFilteredAsync(entry, stop)
            )
            {
                pristine.Add(entry.Path);
            }
        }
    }

    private async Task<Dictionary<string, CheckoutFileConversionKind>> ConversionsAsync(
        IReadOnlyList<GitTreeFile> entries,
        CancellationToken stop
    )
    {
        var call = worktree.Call(["check-attr", "-z", "--stdin", .. Attributes]) with
        {
            Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(entries.Select(entry => entry.Path + "\0")))),
        };
        var byDefault = worktree.Repository.Configuration.Get("core.autocrlf") is "true" or "input"
            ? CheckoutFileConversionKind.LineEnds
            : CheckoutFileConversionKind.None;
        var found = entries.Select(entry => entry.Path).Distinct().ToDictionary(path => path, _ => byDefault, StringComparer.Ordinal);
        foreach (var fact in (await worktree.Repository.ReadAsync(call, stop)).Fields().Chunk(3))
        {
            var conversion = fact switch
            {
                // Git LFS writes content that is not a pointer unchanged, and a pointer survives the round trip.
                [_, "filter", "lfs"] => CheckoutFileConversionKind.None,
                [_, _, "unspecified" or "unset"] => CheckoutFileConversionKind.None,
                [_, "text" or "eol" or "crlf", _] => CheckoutFileConversionKind.LineEnds,
                _ => CheckoutFileConversionKind.Other,
            };
            found[fact[0]] = (CheckoutFileConversionKind)Math.Max((int)found[fact[0]], (int)conversion);
        }
        return found;
    }

    /// <summary>
    /// True if the repository's filters convert the content of the entry to exactly the file on disk. False if the result differs or a
    /// filter fails.
    /// </summary>
    private async Task<bool> IsFilteredAsync(GitTreeFile entry, CancellationToken stop)
    {
        try
        {
            var call = worktree.Call("cat-file", "--filters", $"--path={entry.Path}", entry.Id);
            return IsOnDisk(entry, (await worktree.Repository.ReadAsync(call, stop)).Bytes.Span);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return false;
        }
    }

    /// <summary>
    /// Adds to <paramref name="pristine"/> those files that a checkout overwrote with the content of another entry. This happens if the
    /// names differ only in case and the file system ignores case.
    /// </summary>
    private async Task AddTwinsAsync(IReadOnlyList<GitTreeFile> entries, HashSet<string> pristine, CancellationToken stop)
    {
        if (entries.Count == 0 || worktree.Repository.Configuration.Get("core.ignorecase") != "true")
        {
            return;
        }
        var listed = await worktree.Repository.ReadAsync(worktree.Call("ls-files", "--stage", "-z"), stop);
        var names = listed.Fields().Select(Parse).OfType<GitTreeFile>().ToLookup(file => file.Path, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries.Where(HasItsKind))
        {
            foreach (var twin in names[entry.Path].Where(twin => twin.Path != entry.Path && _files.AreOne(twin.Path, entry.Path)))
            {
                if ((await FindByOwnEntryAsync([twin], stop)).Count > 0)
                {
                    pristine.Add(entry.Path);
                }
            }
        }
    }

    // Format: MODE ID STAGE, a tab, the path (git-ls-files(1)). Only entries that are not in conflict are returned.
    private static GitTreeFile? Parse(string field) =>
        field.Split('\t', 2) is [var facts, var path] && facts.Split(' ') is [var mode, var id, "0"]
            ? new GitTreeFile(path, mode, id)
            : null;

    private bool IsOnDisk(GitTreeFile entry, ReadOnlySpan<byte> content) =>
        _files.TryRead(entry.Path, LargestFile) is { } found && content.SequenceEqual(found);

    /// <summary>Returns the content with CRLF line endings. Existing CRLF line endings are kept.</summary>
    private static byte[] WithCarriageReturns(byte[] content)
    {
        var written = new List<byte>(content.Length + (content.Length / 16));
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == (byte)'\n' && (i == 0 || content[i - 1] != (byte)'\r'))
            {
                written.Add((byte)'\r');
            }
            written.Add(content[i]);
        }
        return [.. written];
    }

    /// <summary>Computes git's object id of a blob (gitformat-loose(5)).</summary>
    /// <param name="content">Content of the blob.</param>
    /// <param name="length">Number of hex digits in the repository's ids.</param>
    private static string IdOf(byte[] content, int length)
    {
#pragma warning disable CA5350 // Git's object format requires SHA-1. The hash is not used for security.
        using var hash = IncrementalHash.CreateHash(length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
