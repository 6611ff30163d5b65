using System.Security.Cryptography;

namespace Orchestrator.Git.Worktrees;

/// <summary>Files on disk that are exactly as a checkout writes them, although git may call them changed. Git compares by what an add would
/// store, and some content does not survive the way to the disk and back: line ends that attributes normalize, files that were committed
/// without their filter (git LFS, a cipher), <c>ident</c>, encodings, names that differ only in case. Such a difference is nobody's
/// work.</summary>
internal sealed class PristineFiles(Worktree worktree)
{
    /// <summary>Larger files count as changed where git says so.</summary>
    private const int LargestFile = 128 * 1024 * 1024;

    private static readonly string[] Attributes = ["text", "eol", "crlf", "ident", "filter", "working-tree-encoding"];
    private readonly WorktreeFiles _files = new(worktree.Path);

    /// <summary>Conversion of a file on its way to the disk.</summary>
    private enum Conversion
    {
        None,
        LineEnds,
        Other,
    }

    /// <summary>The paths of the entries whose files on disk are as a checkout of the entry writes them.</summary>
    /// <param name="entries">Files of a commit or an index, usually those that git calls changed.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public async Task<HashSet<string>> FindAsync(IReadOnlyCollection<TreeFile> entries, CancellationToken cancellationToken)
    {
        var pristine = await FindByOwnEntryAsync(entries, cancellationToken);
        await AddTwinsAsync([.. entries.Where(entry => !pristine.Contains(entry.Path))], pristine, cancellationToken);
        return pristine;
    }

    /// <summary>The files that an index calls changed on disk, and that are as a checkout of their entries writes them.</summary>
    /// <param name="index">Variables that name the index; empty: the worktree's own.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public async Task<HashSet<string>> FindInIndexAsync(IReadOnlyDictionary<string, string?> index, CancellationToken cancellationToken)
    {
        var call = worktree.Call(DiffCommands.OfFiles(DiffCommands.Raw)) with { Environment = index };
        var changed = Diffs.ParseRaw(await worktree.Repository.ReadAsync(call, cancellationToken));
        return await FindAsync(EntriesBefore(changed), cancellationToken);
    }

    /// <summary>The changed files that were only stored in another form, while the file on disk is as a checkout of the earlier commit
    /// writes it. An agent that adds everything stores what it never touched.</summary>
    /// <param name="changes">Differences from a commit; the new side may be an index or a commit.</param>
    /// <param name="isWanted">True for a file whose other form is work that was asked for; null: each is if attributes were changed
    /// too.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public async Task<HashSet<string>> FindUntouchedAsync(
        IReadOnlyCollection<ChangedFile> changes,
        Func<string, bool>? isWanted,
        CancellationToken cancellationToken
    )
    {
        isWanted ??= changes.Any(change => Path.GetFileName(change.Path) == ".gitattributes") ? _ => true : _ => false;
        return await FindAsync(EntriesBefore(changes.Where(change => !isWanted(change.Path))), cancellationToken);
    }

    /// <summary>The files that are as a checkout of the entry of their own name writes them.</summary>
    private async Task<HashSet<string>> FindByOwnEntryAsync(IReadOnlyCollection<TreeFile> entries, CancellationToken stop)
    {
        var pristine = new HashSet<string>(StringComparer.Ordinal);
        var others = new List<TreeFile>();
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

    private static List<TreeFile> EntriesBefore(IEnumerable<ChangedFile> changes) =>
        [
            .. changes
                .Where(change => change.Change == FileChange.Modified && change.OldMode == change.NewMode)
                .Select(change => new TreeFile(change.Path, change.OldMode, change.OldId)),
        ];

    private bool HasItsKind(TreeFile entry) =>
        entry.Mode.StartsWith("100", StringComparison.Ordinal)
        && _files.HasFile(entry.Path)
        && (
            worktree.Repository.Configuration.Get("core.filemode") == "false"
            || _files.IsExecutable(entry.Path) == entry.Mode.EndsWith("755", StringComparison.Ordinal)
        );

    /// <summary>Adds those that were converted when they were written.</summary>
    private async Task AddConvertedAsync(IReadOnlyList<TreeFile> entries, HashSet<string> pristine, CancellationToken stop)
    {
        var conversions = await ConversionsAsync(entries, stop);
        var converted = entries.Where(entry => conversions.GetValueOrDefault(entry.Path) != Conversion.None).ToList();
        var contents = await new BlobReader(worktree.Repository).ReadAsync([.. converted.Select(entry => entry.Id)], stop, LargestFile);
        foreach (var entry in converted)
        {
            if (
                contents.TryGetValue(entry.Id, out var content) && IsOnDisk(entry, WithCarriageReturns(content))
                || conversions[entry.Path] == Conversion.Other && await IsFilteredAsync(entry, stop)
            )
            {
                pristine.Add(entry.Path);
            }
        }
    }

    private async Task<Dictionary<string, Conversion>> ConversionsAsync(IReadOnlyList<TreeFile> entries, CancellationToken stop)
    {
        var call = worktree.Call(["check-attr", "-z", "--stdin", .. Attributes]) with
        {
            Input = ProcessInput.FromBytes(FileNames.Encode(string.Concat(entries.Select(entry => entry.Path + "\0")))),
        };
        var byDefault = worktree.Repository.Configuration.Get("core.autocrlf") is "true" or "input" ? Conversion.LineEnds : Conversion.None;
        var found = entries.Select(entry => entry.Path).Distinct().ToDictionary(path => path, _ => byDefault, StringComparer.Ordinal);
        foreach (var fact in (await worktree.Repository.ReadAsync(call, stop)).Fields().Chunk(3))
        {
            var conversion = fact switch
            {
                [_, "filter", "lfs"] => Conversion.None, // A pointer comes back as it was, and anything else is written as it is.
                [_, _, "unspecified" or "unset"] => Conversion.None,
                [_, "text" or "eol" or "crlf", _] => Conversion.LineEnds,
                _ => Conversion.Other,
            };
            found[fact[0]] = (Conversion)Math.Max((int)found[fact[0]], (int)conversion);
        }
        return found;
    }

    /// <summary>True if the repository's filters make the file on disk of the entry's content; false if one of them fails.</summary>
    private async Task<bool> IsFilteredAsync(TreeFile entry, CancellationToken stop)
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

    /// <summary>Adds those in whose place another entry was written, because the disk takes their names for one.</summary>
    private async Task AddTwinsAsync(IReadOnlyList<TreeFile> entries, HashSet<string> pristine, CancellationToken stop)
    {
        if (entries.Count == 0 || worktree.Repository.Configuration.Get("core.ignorecase") != "true")
        {
            return;
        }
        var listed = await worktree.Repository.ReadAsync(worktree.Call("ls-files", "--stage", "-z"), stop);
        var names = listed.Fields().Select(Parse).OfType<TreeFile>().ToLookup(file => file.Path, StringComparer.OrdinalIgnoreCase);
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

    // MODE ID STAGE, a tab, the path (git-ls-files(1)); only those that are not in conflict.
    private static TreeFile? Parse(string field) =>
        field.Split('\t', 2) is [var facts, var path] && facts.Split(' ') is [var mode, var id, "0"] ? new TreeFile(path, mode, id) : null;

    private bool IsOnDisk(TreeFile entry, ReadOnlySpan<byte> content) =>
        _files.TryRead(entry.Path, LargestFile) is { } found && content.SequenceEqual(found);

    /// <summary>Content as it is written with CRLF: a line end that has one keeps it.</summary>
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

    /// <summary>Git's name for a content (gitformat-loose(5)).</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="length">Digits of the repository's ids.</param>
    private static string IdOf(byte[] content, int length)
    {
#pragma warning disable CA5350 // The name that git gives to a content; nothing is secured by it.
        using var hash = IncrementalHash.CreateHash(length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
