using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Secrets;

/// <summary>Looks for what seems to be secrets in a change, before it goes where others see it.</summary>
public sealed class SecretSearch(GitRepository repository)
{
    /// <summary>Kind of the only finding of a change that can't be read as a whole.</summary>
    public const string TooLarge = "too large to be looked through for secrets";

    private const int LongestText = 120;

    /// <summary>Looks through the lines that a change adds.</summary>
    /// <param name="from">What is there already.</param>
    /// <param name="tip">The commit that is to go there.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>What was found, and files that are too large to be read.</returns>
    public async Task<(IReadOnlyList<FoundSecret> Found, IReadOnlyList<string> Unread)> FindAsync(
        string from,
        string tip,
        CancellationToken stop
    )
    {
        var patch = await PatchFile.ReadAsync(repository, from, tip, stop);
        if (patch is null)
        {
            return ([new FoundSecret("the change", 0, TooLarge, "")], []);
        }
        var pointers = await PointersAsync([.. patch.Where(file => !file.IsBinary && file.AddedLines().Any(IsOfPointer))], stop);
        var binary = await FindInBinaryAsync([.. patch.Where(file => file.IsBinary || pointers.Contains(file.Path))], stop);
        var read = patch.Where(file => !file.IsBinary && !pointers.Contains(file.Path)).ToList();
        if (!read.Any(file => file.AddedLines().Any(line => Look(file, line.Text).Count > 0)))
        {
            return binary;
        }

        // A secret that was removed elsewhere was only moved.
        var moved = read.SelectMany(file => file.RemovedLines()).SelectMany(SecretsOf).ToHashSet(StringComparer.Ordinal);
        return ([.. read.SelectMany(file => Find(file, moved)), .. binary.Found], binary.Unread);
    }

    // git LFS, specification, "The Pointer".
    private static bool IsOfPointer((int Number, string Text) line) => line.Text.StartsWith("oid sha256:", StringComparison.Ordinal);

    /// <summary>Files whose content git LFS keeps: the change of a pointer shows nothing of it.</summary>
    private async Task<HashSet<string>> PointersAsync(IReadOnlyList<PatchFile> files, CancellationToken stop)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (await new Diffs(repository).ReadContentAsync(file.NewId, stop) is { } blob && LargeFiles.IsPointer(blob))
            {
                found.Add(file.Path);
            }
        }
        return found;
    }

    /// <summary>Reads the content that a blob stands for; null if that can't be read.</summary>
    private async Task<byte[]?> ContentAsync(string id, CancellationToken stop) =>
        await new Diffs(repository).ReadContentAsync(id, stop) is { } blob ? LargeFiles.ContentOf(repository, blob) : null;

    /// <summary>Content with a NUL has no lines that could be shown. UTF-16 is text all the same: without its NULs it can be
    /// read.</summary>
    /// <returns>What is new, and files that are too large to be read.</returns>
    private async Task<(IReadOnlyList<FoundSecret> Found, IReadOnlyList<string> Unread)> FindInBinaryAsync(
        IReadOnlyList<PatchFile> files,
        CancellationToken stop
    )
    {
        var (found, unread) = (new List<FoundSecret>(), new List<string>());
        foreach (var file in files)
        {
            if (await ContentAsync(file.NewId, stop) is not { } now)
            {
                unread.Add($"{file.Path} ({(file.IsBinary ? file.BinarySizes : "kept by git LFS")})");
                continue;
            }
            var secrets = SecretsIn(now);
            if (secrets.Count > 0)
            {
                var old = SecretsIn(await ContentAsync(file.OldId, stop) ?? []).Select(secret => secret.Text).ToHashSet();
                found.AddRange(
                    secrets
                        .Where(secret => !old.Contains(secret.Text))
                        .Select(secret => secret.Kind)
                        .Distinct()
                        .Select(kind => new FoundSecret(file.Path, 0, kind, ""))
                );
            }
        }
        return (found, unread);
    }

    private static List<(string Kind, string Text)> SecretsIn(byte[] content)
    {
        var bytes = content.Where(unit => unit != 0).ToArray();
        var isText = bytes.Length == content.Length || (content.Length - bytes.Length) * 3 >= content.Length;
        return
        [
            .. from line in Encoding.UTF8.GetString(bytes).Split('\n')
            from match in isText ? SecretScanner.Find(line) : SecretScanner.FindByForm(line)
            select (match.Kind, line.Substring(match.Start, match.Length)),
        ];
    }

    private static IReadOnlyList<SecretMatch> Look(PatchFile file, string line) =>
        Ecosystems.IsLockFile(file.Path) ? SecretScanner.FindByForm(line) : SecretScanner.Find(line);

    private static IEnumerable<FoundSecret> Find(PatchFile file, HashSet<string> moved) =>
        from line in file.AddedLines()
        let matches = Look(file, line.Text)
        where matches.Any(match => match.IsBeginning || !moved.Contains(line.Text.Substring(match.Start, match.Length)))
        select new FoundSecret(
            file.Path,
            line.Number,
            string.Join(", ", matches.Select(match => match.Kind).Distinct()),
            TextBefore(line.Text, matches[0].Start)
        );

    private static IEnumerable<string> SecretsOf(string line) =>
        SecretScanner.Find(line).Select(match => line.Substring(match.Start, match.Length));

    // Text behind a secret may belong to it, such as the rest of a key in one line: it is not shown.
    private static string TextBefore(string line, int secret) => line[Math.Max(0, secret - LongestText)..secret].Trim();
}

/// <summary>An added line that seems to contain a secret, without the secret.</summary>
/// <param name="File">Path in the repository.</param>
/// <param name="Line">Number of the line; 0: it is about no line.</param>
/// <param name="Kind">The kind, for people.</param>
/// <param name="Text">The text before it.</param>
public sealed record FoundSecret(string File, int Line, string Kind, string Text)
{
    public override string ToString() => Line > 0 ? $"{FileNames.Show(File)}:{Line} ({Kind})" : $"{FileNames.Show(File)} ({Kind})";
}
