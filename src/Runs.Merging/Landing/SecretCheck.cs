using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Looks for secrets in the lines that a run adds, before the target moves or anything is pushed. A person who saw the findings,
/// and asks to land the same commit again, overrules them.</summary>
internal sealed class SecretCheck(GitRepository repository, RunFiles files)
{
    private const int MostNamed = 5;
    private const int LongestText = 120;
    private const string TooLarge = "too large to be looked through for secrets";

    /// <summary>Checks what is to land.</summary>
    /// <param name="input">Which run, and the target.</param>
    /// <param name="from">What the target has of it.</param>
    /// <param name="tip">The commit that is to land.</param>
    /// <param name="asking">Identifies this landing attempt: a refusal that was killed before it was reported is made again, not
    /// overruled.</param>
    public async Task<LandingVerdict> CheckAsync(LandInput input, string from, string tip, string asking, CancellationToken stop)
    {
        if (!files.Settings.SecretScan)
        {
            return LandingVerdict.Clear(files);
        }
        var (found, unread) = await FindAsync(from, tip, stop);
        var before = StoredFindings<SecretFinding>.Told(files, files.Folder.SecretsJson);
        var note = unread.Count == 0 ? "" : $"Not looked through for secrets: {FileNames.Some(unread, MostNamed)}.";
        if (found.Count == 0 && before is null)
        {
            return LandingVerdict.Clear(files) with { Note = note };
        }
        var now = (before ?? new StoredFindings<SecretFinding>()).Judge(found, tip, asking, input.IsAskedFor);
        var decisions = SecretFinding.Write(files, now);
        return now.InTheWay.Count > 0
            ? new LandingVerdict(Refusal(input, now.InTheWay), "", decisions)
            : new LandingVerdict(
                null,
                $"{(found.Count > 0 ? $"A person lets land what looks like secrets: {Describe(found)}." : "")} {note}".Trim(),
                decisions
            );
    }

    /// <summary>The summary line of the report; null where nothing was ever found.</summary>
    public static string? Summary(RunFolder folder)
    {
        var stored = StoredFindings<SecretFinding>.TryRead(folder.SecretsJson);
        var said = new List<string>();
        if (stored is { InTheWay.Count: > 0 })
        {
            said.Add($"in the way of landing: {Describe(stored.InTheWay)}");
        }
        if (stored is { Allowed.Count: > 0 })
        {
            said.Add($"a person lets land: {Describe(stored.Allowed)}");
        }
        return said.Count == 0 ? null : $"what looks like secrets: {string.Join("; ", said)} ({folder.Relative(folder.Secrets)})";
    }

    private async Task<(IReadOnlyList<SecretFinding> Found, IReadOnlyList<string> Unread)> FindAsync(
        string from,
        string tip,
        CancellationToken stop
    )
    {
        var patch = await PatchFile.ReadAsync(repository, from, tip, stop);
        if (patch is null)
        {
            return ([new SecretFinding("the change", 0, TooLarge, "")], []);
        }
        var binary = await FindInBinaryAsync([.. patch.Where(file => file.IsBinary)], stop);
        var read = patch.Where(file => !file.IsBinary).ToList();
        if (!read.Any(file => file.AddedLines().Any(line => Look(file, line.Text).Count > 0)))
        {
            return binary;
        }

        // A secret that was removed elsewhere was only moved.
        var moved = read.SelectMany(file => file.RemovedLines()).SelectMany(SecretsOf).ToHashSet(StringComparer.Ordinal);
        return ([.. read.SelectMany(file => Find(file, moved)), .. binary.Found], binary.Unread);
    }

    /// <summary>Content with a NUL has no lines that could be shown. UTF-16 is text all the same: without its NULs it can be
    /// read.</summary>
    /// <returns>What is new, and files that are too large to be read.</returns>
    private async Task<(IReadOnlyList<SecretFinding> Found, IReadOnlyList<string> Unread)> FindInBinaryAsync(
        IReadOnlyList<PatchFile> files,
        CancellationToken stop
    )
    {
        var (found, unread) = (new List<SecretFinding>(), new List<string>());
        var diffs = new Diffs(repository);
        foreach (var file in files)
        {
            if (await diffs.ReadContentAsync(file.NewId, stop) is not { } now)
            {
                unread.Add($"{file.Path} ({file.BinarySizes})");
                continue;
            }
            var secrets = SecretsIn(now);
            if (secrets.Count > 0)
            {
                var old = SecretsIn(await diffs.ReadContentAsync(file.OldId, stop) ?? []).Select(secret => secret.Text).ToHashSet();
                found.AddRange(
                    secrets
                        .Where(secret => !old.Contains(secret.Text))
                        .Select(secret => secret.Kind)
                        .Distinct()
                        .Select(kind => new SecretFinding(file.Path, 0, kind, ""))
                );
            }
        }
        return (found, unread);
    }

    private static List<(string Kind, string Text)> SecretsIn(byte[] content)
    {
        var bytes = content.Where(unit => unit != 0).ToArray();
        var isWide = (content.Length - bytes.Length) * 3 >= content.Length;
        return
        [
            .. from line in Encoding.UTF8.GetString(bytes).Split('\n')
            from match in isWide ? SecretScanner.Find(line) : SecretScanner.FindByForm(line)
            select (match.Kind, line.Substring(match.Start, match.Length)),
        ];
    }

    private static IReadOnlyList<SecretMatch> Look(PatchFile file, string line) =>
        Ecosystems.IsLockFile(file.Path) ? SecretScanner.FindByForm(line) : SecretScanner.Find(line);

    private static IEnumerable<SecretFinding> Find(PatchFile file, HashSet<string> moved) =>
        from line in file.AddedLines()
        let matches = Look(file, line.Text)
        where matches.Any(match => match.IsBeginning || !moved.Contains(line.Text.Substring(match.Start, match.Length)))
        select new SecretFinding(
            file.Path,
            line.Number,
            string.Join(", ", matches.Select(match => match.Kind).Distinct()),
            TextBefore(line.Text, matches[0].Start)
        );

    private static IEnumerable<string> SecretsOf(string line) =>
        SecretScanner.Find(line).Select(match => line.Substring(match.Start, match.Length));

    // Text behind a secret may belong to it, such as the rest of a key in one line: it is not shown.
    private static string TextBefore(string line, int secret) => line[Math.Max(0, secret - LongestText)..secret].Trim();

    private LandResult Refusal(LandInput input, IReadOnlyList<SecretFinding> found) =>
        new()
        {
            Evidence = files.Folder.Relative(files.Folder.Secrets),
            Message = found is [{ Kind: TooLarge }]
                ? $"Nothing was landed, since {Describe(found)}. Look yourself (git diff), then: {RunLanding.Again(input)}"
                : $"Nothing was landed, since the work adds what looks like secrets: {Describe(found)}. Take them out on {input.Staging} "
                    + $"(git switch {input.Staging}; edit; git commit) and revoke them, for its history keeps them; or say of a line that "
                    + $"holds none, by a comment '{SecretScanner.Allow}' on it; then: {RunLanding.Again(input)}. The same command without "
                    + "a new commit lands them as they are, which the report says.",
        };

    private static string Describe(IReadOnlyList<SecretFinding> found) =>
        FileNames.Some([.. found.Select(finding => finding.ToString())], MostNamed);
}
