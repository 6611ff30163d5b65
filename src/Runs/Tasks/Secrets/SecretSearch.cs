using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Secrets;

/// <summary>Searches for likely secrets in the lines and files that a change adds, before other users can see the change.</summary>
public sealed class SecretSearch(GitRepository repository)
{
    /// <summary>Kind of finding for a change that is too large to read. Such a change has no other findings.</summary>
    public const string TooLarge = "too large for the secret search";

    private const int LongestText = 120;

    /// <summary>Searches for secrets in the lines that a change adds.</summary>
    /// <param name="from">Commit that is already published.</param>
    /// <param name="tip">Commit that will be published.</param>
    /// <param name="stop">Cancels the search.</param>
    /// <returns>The findings, and the files that are too large to read.</returns>
    public async Task<(IReadOnlyList<FoundSecret> Found, IReadOnlyList<string> Unread)> FindAsync(
        string from,
        string tip,
        CancellationToken stop
    )
    {
        var patch = await FileDiff.ReadAsync(repository, from, tip, stop);
        if (patch is null)
        {
            return ([new FoundSecret("the change", 0, TooLarge, "")], []);
        }
        var pointers = await PointersAsync([.. patch.Where(file => !file.IsBinary && file.AddedLines().Any(IsOfPointer))], stop);
        var binary = await FindInBinaryAsync([.. patch.Where(file => file.IsBinary || pointers.Contains(file.Path))], stop);
        var read = patch.Where(file => !file.IsBinary && !pointers.Contains(file.Path)).ToList();
        if (!read.Any(file => file.AddedLines().Any(line => FindInLine(file, line.Text).Count > 0)))
        {
            return binary;
        }

        // A secret that the change removes in another place was only moved.
        var moved = read.SelectMany(file => file.RemovedLines()).SelectMany(SecretsOf).ToHashSet(StringComparer.Ordinal);
        return ([.. read.SelectMany(file => Find(file, moved)), .. binary.Found], binary.Unread);
    }

    // The format is defined in the Git LFS specification, section "The Pointer".
    private static bool IsOfPointer((int Number, string Text) line) => line.Text.StartsWith("oid sha256:", StringComparison.Ordinal);

    /// <summary>Returns the files whose content is stored in Git LFS. The diff of such a file shows only a pointer.</summary>
    private async Task<HashSet<string>> PointersAsync(IReadOnlyList<FileDiff> files, CancellationToken stop)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (await new GitDiffReader(repository).ReadContentAsync(file.NewId, stop) is { } blob && GitLfsFileReader.IsPointer(blob))
            {
                found.Add(file.Path);
            }
        }
        return found;
    }

    /// <summary>
    /// Reads the content of a blob, or the Git LFS content if the blob is a pointer. Returns null if the content can't be read.
    /// </summary>
    private async Task<byte[]?> ContentAsync(string id, CancellationToken stop) =>
        await new GitDiffReader(repository).ReadContentAsync(id, stop) is { } blob ? GitLfsFileReader.ContentOf(repository, blob) : null;

    /// <summary>
    /// Searches binary files and files in Git LFS, for which git shows no added lines. NUL characters are removed first, so that UTF-16
    /// text becomes readable.
    /// </summary>
    /// <returns>The findings, and the files that are too large to read.</returns>
    private async Task<(IReadOnlyList<FoundSecret> Found, IReadOnlyList<string> Unread)> FindInBinaryAsync(
        IReadOnlyList<FileDiff> files,
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

    private static IReadOnlyList<SecretMatch> FindInLine(FileDiff file, string line) =>
        Ecosystems.IsLockFile(file.Path) ? SecretScanner.FindByForm(line) : SecretScanner.Find(line);

    private static IEnumerable<FoundSecret> Find(FileDiff file, HashSet<string> moved) =>
        from line in file.AddedLines()
        let matches = FindInLine(file, line.Text)
        where matches.Any(match => match.IsBeginning || !moved.Contains(line.Text.Substring(match.Start, match.Length)))
        select new FoundSecret(
            file.Path,
            line.Number,
            string.Join(", ", matches.Select(match => match.Kind).Distinct()),
            TextBefore(line.Text, matches[0].Start)
        );

    private static IEnumerable<string> SecretsOf(string line) =>
        SecretScanner.Find(line).Select(match => line.Substring(match.Start, match.Length));

    // Text after a secret is not shown, because it may belong to the secret, such as the rest of a key in one line.
    private static string TextBefore(string line, int secret) => line[Math.Max(0, secret - LongestText)..secret].Trim();
}

/// <summary>A line or file, added by a change, that seems to contain a secret. The secret itself is not included.</summary>
/// <param name="File">Path of the file, relative to the repository.</param>
/// <param name="Line">Line number, or 0 if the finding concerns no single line.</param>
/// <param name="Kind">Kind of secret, as text for users.</param>
/// <param name="Text">Text of the line before the secret.</param>
public sealed record FoundSecret(string File, int Line, string Kind, string Text)
{
    public override string ToString() =>
        Line > 0 ? $"{FileNameEncoding.Show(File)}:{Line} ({Kind})" : $"{FileNameEncoding.Show(File)} ({Kind})";
}
