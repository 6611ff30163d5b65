using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Items of lists in Markdown.</summary>
internal static partial class MarkdownLists
{
    /// <summary>An item of a list, without its mark, number and check box: the group <c>text</c>.</summary>
    [GeneratedRegex(@"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]?\]\s*)?(?<text>\S.*)$", RegexOptions.CultureInvariant, 1000)]
    public static partial Regex Item();
}
