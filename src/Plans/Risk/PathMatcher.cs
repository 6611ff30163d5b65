using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>
/// Searches paths for a pattern that marks paths as sensitive. The time is linear in the path's length for every pattern.
/// </summary>
/// <exception cref="ArgumentException">The pattern is not a regular expression.</exception>
/// <exception cref="NotSupportedException">The pattern can't be matched without backtracking.</exception>
internal sealed class PathMatcher(SensitivePattern pattern, bool wordBoundaries)
{
    private readonly Regex _regex = new(
        wordBoundaries ? $@"(?:^|[^\p{{L}}\p{{Nd}}])(?:{pattern.Pattern})(?:$|[^\p{{L}}\p{{Nd}}])" : pattern.Pattern,
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );

    public SensitivePattern Pattern { get; } = pattern;

    public bool Matches(string path) => _regex.IsMatch(path);
}
