using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Searches paths for a sensitive pattern. Linear in the length of the path for any pattern.</summary>
/// <exception cref="ArgumentException">The pattern is no regular expression.</exception>
/// <exception cref="NotSupportedException">It needs backtracking.</exception>
internal sealed class PathMatcher(SensitivePattern pattern, bool wordBoundaries)
{
    private readonly Regex _regex = new(
        wordBoundaries ? $@"(?:^|[^\p{{L}}\p{{Nd}}])(?:{pattern.Pattern})(?:$|[^\p{{L}}\p{{Nd}}])" : pattern.Pattern,
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );

    public SensitivePattern Pattern { get; } = pattern;

    public bool Matches(string path) => _regex.IsMatch(path);
}
