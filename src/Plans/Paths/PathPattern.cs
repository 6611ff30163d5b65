namespace Orchestrator.Plans;

/// <summary>
/// A path or glob relative to the repository. <c>*</c> and <c>?</c> match within one folder, <c>**</c> matches across folders, <c>[a-z]</c>
/// matches one character of a set, and <c>{a,b}</c> matches alternatives. A path without wildcards also matches everything below it.
/// </summary>
public sealed class PathPattern
{
    private const int MaxAlternatives = 64;
    private readonly GlobPathSegment[][] _alternatives;

    private PathPattern(string text, GlobPathSegment[][] alternatives)
    {
        Text = text;
        _alternatives = alternatives;
        IsLiteral = alternatives.Length == 1 && Array.TrueForAll(alternatives[0], s => s.IsLiteral);
    }

    /// <summary>Normalized text of the pattern.</summary>
    public string Text { get; }

    /// <summary>True if the pattern has no wildcard.</summary>
    public bool IsLiteral { get; }

    internal IReadOnlyList<GlobPathSegment[]> Alternatives => _alternatives;

    /// <summary>Parses a path or glob after normalizing it.</summary>
    public static PathPattern Parse(string text) => Parse(text, parts: null);

    /// <summary>Parses a pattern, reusing path segments that were already parsed as parts of other patterns.</summary>
    /// <param name="text">Path or glob to parse.</param>
    /// <param name="parts">Cache of parsed parts. New parts are added.</param>
    internal static PathPattern Parse(string text, Dictionary<string, GlobPathSegment>? parts)
    {
        var path = RepositoryPath.Normalize(text);
        GlobPathSegment[][] alternatives = path.Contains('{', StringComparison.Ordinal)
            ? [.. ExpandBraces(path).Select(p => Segments(p, parts))]
            : [Segments(path, parts)];
        return new PathPattern(path, alternatives);
    }

    /// <summary>True if a path matches. The path must be relative, with forward slashes, as git prints it.</summary>
    public bool Matches(string path)
    {
        var parts = path.Split('/');
        return string.Equals(path, Text, StringComparison.Ordinal)
            || Array.Exists(_alternatives, a => IsFullyLiteral(a) ? IsAtOrBelow(a, parts) : Matches(a, parts));
    }

    /// <summary>True if at least one path matches both patterns.</summary>
    public bool Overlaps(PathPattern other) =>
        IsLiteral && other.IsLiteral
            ? IsAtOrBelow(Text, other.Text) || IsAtOrBelow(other.Text, Text)
            : Array.Exists(_alternatives, a => Array.Exists(other._alternatives, b => Overlaps(a, b) || IsAbove(a, b) || IsAbove(b, a)));

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static bool IsFullyLiteral(GlobPathSegment[] segments) => Array.TrueForAll(segments, s => s.IsLiteral);

    private static GlobPathSegment[] Segments(string path, Dictionary<string, GlobPathSegment>? known)
    {
        var parts = path.Split('/');
        var segments = new GlobPathSegment[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (known is null || !known.TryGetValue(parts[i], out var segment))
            {
                segment = GlobPathSegment.Parse(parts[i]);
                known?.Add(parts[i], segment);
            }
            segments[i] = segment;
        }
        return segments;
    }

    /// <summary>True if the text is a normalized path without wildcards. Such a path matches itself and everything below it.</summary>
    internal static bool IsPlain(string text) =>
        !text.AsSpan().ContainsAny("*?[{") && ReferenceEquals(RepositoryPath.Normalize(text), text);

    /// <summary>True if a path without wildcards is the folder, or lies below it.</summary>
    internal static bool IsAtOrBelow(string folder, string path) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    private static bool IsAtOrBelow(GlobPathSegment[] folder, string[] parts)
    {
        if (parts.Length < folder.Length)
        {
            return false;
        }
        for (var i = 0; i < folder.Length; i++)
        {
            if (!string.Equals(folder[i].Raw, parts[i], StringComparison.Ordinal))
            {
                return false;
            }
        }
        return true;
    }

    // A path without wildcards owns everything that patterns below it match.
    private static bool IsAbove(GlobPathSegment[] folder, GlobPathSegment[] pattern) =>
        pattern.Length > folder.Length
        && IsFullyLiteral(folder)
        && folder.Index().All(f => pattern[f.Index].IsLiteral && string.Equals(f.Item.Raw, pattern[f.Index].Raw, StringComparison.Ordinal));

    private static bool Matches(GlobPathSegment[] pattern, string[] parts)
    {
        // The same two-pointer algorithm as for a single name, with ** in place of the star.
        var segment = 0;
        var at = 0;
        var star = -1;
        var starAt = 0;
        while (at < parts.Length)
        {
            if (segment < pattern.Length && pattern[segment].IsAnyDepth)
            {
                star = segment++;
                starAt = at;
            }
            else if (segment < pattern.Length && pattern[segment].Matches(parts[at]))
            {
                segment++;
                at++;
            }
            else if (star >= 0)
            {
                segment = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }
        while (segment < pattern.Length && pattern[segment].IsAnyDepth)
        {
            segment++;
        }
        return segment == pattern.Length;
    }

    private static bool Overlaps(GlobPathSegment[] a, GlobPathSegment[] b) =>
        PatternIntersection.Exists(a, b, s => s.IsAnyDepth, (x, y) => x.Overlaps(y));

    private static List<string> ExpandBraces(string text)
    {
        var open = new List<string> { text };
        var done = new List<string>();
        while (open.Count > 0)
        {
            var next = open[^1];
            open.RemoveAt(open.Count - 1);
            if (InnermostBraces(next) is not (int from, int to) || open.Count + done.Count > MaxAlternatives)
            {
                done.Add(next);
                continue;
            }
            open.AddRange(next[(from + 1)..to].Split(',').Reverse().Select(choice => next[..from] + choice + next[(to + 1)..]));
        }
        return done;
    }

    private static (int From, int To)? InnermostBraces(string text)
    {
        var from = -1;
        var choice = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{':
                    from = i;
                    choice = false;
                    break;
                case ',':
                    choice = true;
                    break;
                case '}' when from >= 0 && choice:
                    return (from, i);
                case '}':
                    from = -1;
                    break;
            }
        }
        return null;
    }
}
