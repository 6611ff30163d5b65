using System.Text;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Gates.Secrets;

/// <summary>Probable secret in a text.</summary>
/// <param name="Kind">Display name of the kind.</param>
/// <param name="Start">Index of the first character.</param>
public sealed record SecretMatch(string Kind, int Start, int Length)
{
    /// <summary>True if the match is only the beginning of the secret, which continues up to an end marker or on the next lines.</summary>
    public bool IsBeginning => Kind.EndsWith("private key", StringComparison.Ordinal);
}

/// <summary>Finds secrets in text by format and entropy, and redacts them.</summary>
public static class SecretScanner
{
    /// <summary>Comment that allows the secrets on its line.</summary>
    public const string Allow = "orchestrate:allow-secret";

    /// <summary>Maximum length, in characters, of the pieces into which long lines are split for scanning.</summary>
    private const int LongestPiece = 20_000;

    /// <summary>Overlap of adjacent pieces in characters, so that a secret at a boundary is found in one of them.</summary>
    private const int Overlap = 2_000;

    /// <summary>Fragments of text that mark a value as a placeholder, as used in examples and templates.</summary>
    private static readonly string[] Placeholders =
    [
        "example",
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "your-",
        "your_",
        "yourkey",
        "xxxx",
        "****",
        "....",
        "<",
        "${",
        "{{",
        "$(",
        "dummy",
        "redacted",
        "not-a-",
        "not_a_",
        "fake",
        "sample",
        "1234567890",
        "abcdefgh",
        "insert",
        "replace",
        "todo",
        "none",
        "null",
        "undefined",
        "process.env",
        "os.environ",
        "getenv",
        "secrets.",
        "localhost",
        "test-only",
        "testing",
    ];

    /// <summary>Returns the distinct secrets in one line. Empty if the line contains the comment <see cref="Allow"/>.</summary>
    public static IReadOnlyList<SecretMatch> Find(string line) => Find(line, SecretPatterns.All);

    /// <summary>
    /// Returns the secrets that can be identified by their format alone. Used for checksums and binary files, in which a random-looking
    /// value after a secret's name proves nothing.
    /// </summary>
    public static IReadOnlyList<SecretMatch> FindByForm(string line) => Find(line, SecretPatterns.ByForm);

    private static List<SecretMatch> Find(string line, IReadOnlyList<SecretPattern> patterns)
    {
        if (line.Length < 8 || line.Contains(Allow, StringComparison.Ordinal))
        {
            return [];
        }
        var found = FindAll(line.Length > LongestPiece ? line[..LongestPiece] : line, patterns);
        for (var start = LongestPiece - Overlap; start + Overlap < line.Length; start += LongestPiece - Overlap)
        {
            var piece = line.Substring(start, Math.Min(LongestPiece, line.Length - start));
            found.AddRange(
                FindAll(piece, patterns)
                    .Select(match => match with { Start = match.Start + start })
                    .Where(match =>
                        !found.Exists(other => other.Start < match.Start + match.Length && match.Start < other.Start + other.Length)
                    )
            );
        }
        return found;
    }

    /// <summary>True if the address of a git remote contains a password, or a token in place of a user name.</summary>
    /// <param name="address">Remote's name, URL or path.</param>
    public static bool IsInAddress(string address) => GitRemoteAddressInspector.HasPassword(address) || FindByForm(address).Count > 0;

    /// <summary>
    /// Returns the text without its secrets. Secrets marked with the comment <see cref="Allow"/> are also redacted, because the comment
    /// allows them only in source files.
    /// </summary>
    public static string Redact(string text)
    {
        var redacted = new StringBuilder(text.Length);
        var at = 0;
        var isKey = false;
        foreach (var line in Lines(text))
        {
            isKey = RedactLine(redacted, text.Substring(line.Start, line.Length), isKey);
            at = line.Start + line.Length;
        }
        return redacted.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Returns the entropy of a text in bits per character, computed from how often each character occurs.</summary>
    internal static double Entropy(ReadOnlySpan<char> text)
    {
        var counts = new Dictionary<char, int>();
        foreach (var c in text)
        {
            counts[c] = counts.GetValueOrDefault(c) + 1;
        }
        var length = text.Length;
        return counts.Values.Sum(count => -(double)count / length * Math.Log2((double)count / length));
    }

    private static List<SecretMatch> FindAll(string line, IReadOnlyList<SecretPattern> patterns)
    {
        var found = new List<SecretMatch>();
        foreach (var pattern in patterns.Where(pattern => line.AsSpan().ContainsAny(pattern.Anchors)))
        {
            for (var match = pattern.Form.Value.Match(line); match.Success; match = match.NextMatch())
            {
                var secret = match.Groups["s"] is { Success: true } group ? group : match.Groups[0];
                var isSecret =
                    !found.Exists(other => other.Start < secret.Index + secret.Length && secret.Index < other.Start + other.Length)
                    && !IsPlaceholder(secret.Value)
                    && (pattern.LeastEntropy == 0 || (Entropy(secret.Value) >= pattern.LeastEntropy && IsNoWord(secret.Value)));
                if (isSecret)
                {
                    found.Add(new SecretMatch(pattern.Name, secret.Index, secret.Length));
                }
            }
        }
        return [.. found.OrderBy(match => match.Start)];
    }

    private static bool IsPlaceholder(string secret) =>
        Array.Exists(Placeholders, word => secret.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// True if the text may be a secret. False for an identifier (letters of one case with dots, dashes and underscores), a path, a method
    /// call, a GUID and similar values.
    /// </summary>
    private static bool IsNoWord(string secret) =>
        !secret.All(c => char.IsAsciiLetterLower(c) || c is '.' or '-' or '_' or ' ' or '/' or ':')
        && !secret.All(c => char.IsAsciiLetterUpper(c) || c is '.' or '-' or '_')
        && !secret.All(c => char.IsAsciiLetter(c) || c is '.' or '_' or '(' or ')' or '[' or ']')
        && !Guid.TryParse(secret, out _)
        && !secret.StartsWith("sha", StringComparison.Ordinal)
        && !secret.StartsWith('/')
        && !secret.StartsWith("./", StringComparison.Ordinal)
        && !secret.StartsWith("http", StringComparison.Ordinal)
        && !secret.StartsWith('$')
        && !secret.StartsWith('%')
        && !secret.EndsWith(')');

    private static IEnumerable<(int Start, int Length)> Lines(string text)
    {
        for (var start = 0; start < text.Length; )
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            yield return (start, end - start);
            start = end;
        }
    }

    /// <summary>
    /// Redacts a line. Inside a private key, drops everything up to the end of the key. Returns true if the key continues on the next line.
    /// </summary>
    private static bool RedactLine(StringBuilder redacted, string line, bool isKey)
    {
        if (isKey)
        {
            var isEnd = line.Contains("-----END", StringComparison.Ordinal);
            redacted.Append(
                isEnd ? line
                : line.StartsWith('+') ? "+[redacted]\n"
                : "[redacted]\n"
            );
            return !isEnd && line.Trim().Length > 0;
        }
        var at = 0;
        var key = false;
        foreach (var match in FindAll(line, SecretPatterns.All).Where(match => match.Start >= at))
        {
            redacted.Append(line, at, match.Start - at).Append("[redacted: ").Append(match.Kind).Append(']');
            at = match.Start + match.Length;
            if (match.Kind == "private key")
            {
                // A key on one line, as in a JSON file, ends on the same line.
                var end = line.IndexOf("-----END", at, StringComparison.Ordinal);
                (key, at) = (true, end < 0 ? line.TrimEnd('\r', '\n').Length : end);
            }
        }
        redacted.Append(line, at, line.Length - at);
        return key && !line.Contains("-----END", StringComparison.Ordinal);
    }
}
