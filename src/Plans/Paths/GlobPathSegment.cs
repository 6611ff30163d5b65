namespace Orchestrator.Plans;

/// <summary>Part of a pattern between slashes: plain text, text with a wildcard such as <c>*.py</c>, or <c>**</c>.</summary>
internal sealed class GlobPathSegment
{
    private readonly Token[] _tokens;

    private GlobPathSegment(string raw, Token[] tokens, bool isAnyDepth)
    {
        Raw = raw;
        _tokens = tokens;
        IsAnyDepth = isAnyDepth;
        IsLiteral = !isAnyDepth && Array.TrueForAll(tokens, t => t.Kind == GlobPatternTokenKind.Char);
        Prefix = IsLiteral ? raw : Affix(tokens);
        Suffix = IsLiteral ? raw : Affix(tokens.Reverse(), reversed: true);
    }

    private enum GlobPatternTokenKind
    {
        Char,
        AnyChar,
        Class,
        Star,
    }

    /// <summary>Text of the segment as written.</summary>
    public string Raw { get; }

    /// <summary>True if the segment is <c>**</c>, which matches any number of path parts, including none.</summary>
    public bool IsAnyDepth { get; }

    /// <summary>True if the segment matches only its own text.</summary>
    public bool IsLiteral { get; }

    /// <summary>Fixed prefix of all matching names.</summary>
    public string Prefix { get; }

    /// <summary>Fixed suffix of all matching names.</summary>
    public string Suffix { get; }

    public static GlobPathSegment Parse(string raw)
    {
        if (raw == "**")
        {
            return new GlobPathSegment(raw, [], isAnyDepth: true);
        }

        // Most segments are plain text, which is only compared as a whole.
        if (!raw.AsSpan().ContainsAny('*', '?', '['))
        {
            return new GlobPathSegment(raw, [], isAnyDepth: false);
        }
        var tokens = new List<Token>(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            switch (raw[i])
            {
                case '*' when tokens.Count > 0 && tokens[^1].Kind == GlobPatternTokenKind.Star:
                    break;
                case '*':
                    tokens.Add(new Token(GlobPatternTokenKind.Star));
                    break;
                case '?':
                    tokens.Add(new Token(GlobPatternTokenKind.AnyChar));
                    break;
                case '[' when GlobCharacterClass.TryParse(raw, ref i, out var set):
                    tokens.Add(new Token(GlobPatternTokenKind.Class, Set: set));
                    break;
                default:
                    tokens.Add(new Token(GlobPatternTokenKind.Char, raw[i]));
                    break;
            }
        }
        return new GlobPathSegment(raw, [.. tokens], isAnyDepth: false);
    }

    /// <summary>
    /// True if a name matches the segment. A name that equals the segment's own text also matches, so that <c>[id]</c> can be the name of a
    /// folder.
    /// </summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        if (IsAnyDepth || name.SequenceEqual(Raw))
        {
            return true;
        }
        if (IsLiteral)
        {
            return false;
        }

        // Two-pointer matching: after a mismatch, the search returns to the last star and lets it match one more character.
        var token = 0;
        var at = 0;
        var star = -1;
        var starAt = 0;
        while (at < name.Length)
        {
            if (token < _tokens.Length && _tokens[token].Kind == GlobPatternTokenKind.Star)
            {
                star = token++;
                starAt = at;
            }
            else if (token < _tokens.Length && _tokens[token].Accepts(name[at]))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                token = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }
        while (token < _tokens.Length && _tokens[token].Kind == GlobPatternTokenKind.Star)
        {
            token++;
        }
        return token == _tokens.Length;
    }

    /// <summary>True if some name matches both segments.</summary>
    public bool Overlaps(GlobPathSegment other)
    {
        if (IsAnyDepth || other.IsAnyDepth || string.Equals(Raw, other.Raw, StringComparison.Ordinal))
        {
            return true;
        }
        if (IsLiteral || other.IsLiteral)
        {
            return IsLiteral ? other.Matches(Raw) : Matches(other.Raw);
        }
        if (!Compatible(Prefix, other.Prefix, fromEnd: false) || !Compatible(Suffix, other.Suffix, fromEnd: true))
        {
            return false;
        }

        // If both have a star, each star can match the middle part of the other segment.
        return (HasStar && other.HasStar)
            || PatternIntersection.Exists(_tokens, other._tokens, t => t.Kind == GlobPatternTokenKind.Star, (x, y) => x.Overlaps(y));
    }

    private bool HasStar => Array.Exists(_tokens, t => t.Kind == GlobPatternTokenKind.Star);

    private static bool Compatible(string a, string b, bool fromEnd) =>
        fromEnd
            ? a.EndsWith(b, StringComparison.Ordinal) || b.EndsWith(a, StringComparison.Ordinal)
            : a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);

    private static string Affix(IEnumerable<Token> tokens, bool reversed = false)
    {
        char[] text = [.. tokens.TakeWhile(t => t.Kind == GlobPatternTokenKind.Char).Select(t => t.Value)];
        if (reversed)
        {
            Array.Reverse(text);
        }
        return new string(text);
    }

    private readonly record struct Token(GlobPatternTokenKind Kind, char Value = '\0', GlobCharacterClass? Set = null)
    {
        public bool Accepts(char c) =>
            Kind switch
            {
                GlobPatternTokenKind.Char => c == Value,
                GlobPatternTokenKind.Class => Set!.Contains(c),
                _ => true,
            };

        public bool Overlaps(Token other) =>
            (Kind, other.Kind) switch
            {
                (GlobPatternTokenKind.Char, _) => other.Accepts(Value),
                (_, GlobPatternTokenKind.Char) => Accepts(other.Value),
                (GlobPatternTokenKind.Class, GlobPatternTokenKind.Class) => Set!.Intersects(other.Set!),
                _ => true,
            };
    }
}
