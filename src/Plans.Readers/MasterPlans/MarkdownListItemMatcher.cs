using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Parses list items in Markdown.</summary>
internal static partial class MarkdownListItemMatcher
{
    /// <summary>Matches a list item. The group <c>text</c> excludes the bullet, the number and the check box.</summary>
    [GeneratedRegex(@"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]?\]\s*)?(?<text>\S.*)$", RegexOptions.CultureInvariant, 1000)]
    public static partial Regex Item();
}
