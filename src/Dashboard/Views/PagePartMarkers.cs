namespace Orchestrator.Dashboard.Views;

/// <summary>Marks around the parts of a page that are sent only if they have changed. No other text can contain a mark, because texts
/// are encoded.</summary>
internal static class PagePartMarkers
{
    /// <summary>Begin of a part, which has one element with an id.</summary>
    public const string Begin = "<!--part-->";

    /// <summary>End of a part.</summary>
    public const string End = "<!--/part-->";

    /// <summary>Id of the time on a page; a change of the time alone is not a change of the page.</summary>
    public const string AsOf = "as-of";
}
