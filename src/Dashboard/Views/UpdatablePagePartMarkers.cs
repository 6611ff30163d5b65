namespace Orchestrator.Dashboard.Views;

/// <summary>
/// Markers around the parts of a page that are sent only if they have changed. No other text can contain a marker, because all text is
/// HTML-encoded.
/// </summary>
internal static class UpdatablePagePartMarkers
{
    /// <summary>Marker at the start of an updatable part of a page. Each part contains one HTML element, which has an id.</summary>
    public const string Begin = "<!--part-->";

    /// <summary>Marker at the end of an updatable part.</summary>
    public const string End = "<!--/part-->";

    /// <summary>
    /// Id of the element that shows when the page was rendered. If only this element differs, the page counts as unchanged.
    /// </summary>
    public const string AsOf = "as-of";
}
