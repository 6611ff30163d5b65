using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Searches paths for a sensitive pattern. Linear in the length of the path for any pattern.</summary>
internal sealed class PathMatcher
{
    private readonly string[]? _words;
    private readonly Regex? _regex;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public PathMatcher(SensitivePattern pattern, bool wordBoundaries)
    {
        Pattern = pattern;
        if (wordBoundaries)
        {
            _regex = Compile($@"(?:^|[^\p{{L}}\p{{Nd}}])(?:{pattern.Pattern})(?:$|[^\p{{L}}\p{{Nd}}])");
        }
        else if (PlainWords(pattern.Pattern) is { } words)
        {
            _words = words;
        }
        else
        {
            _regex = Compile(pattern.Pattern);
        }
    }

    public SensitivePattern Pattern { get; }

    public bool Matches(string path)
    {
        foreach (var word in _words ?? [])
        {
            if (path.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return _regex?.IsMatch(path) == true;
    }

    // Almost every pattern is a choice of plain words; searching those needs no automaton, whose construction takes longer than everything
    // else.
    private static string[]? PlainWords(string pattern)
    {
        var unescaped = pattern.Replace(@"\.", "\u0001", StringComparison.Ordinal);
        var isPlain = unescaped.Length > 0 && unescaped.All(c => char.IsAsciiLetterOrDigit(c) || c is '|' or '_' or '-' or '/' or '\u0001');
        var words = unescaped.Replace('\u0001', '.').Split('|');
        return isPlain && Array.TrueForAll(words, w => w.Length > 0) ? words : null;
    }

    private static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
