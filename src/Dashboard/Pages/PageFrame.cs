namespace Orchestrator.Dashboard.Pages;

/// <summary>Data for the frame that all pages share, such as the title and navigation.</summary>
/// <param name="Title">Title of the page.</param>
/// <param name="Section">Navigation entry of the page.</param>
/// <param name="FormToken">Token in the forms of the page, so that no other site can submit a form in the user's name.</param>
/// <param name="Now">Time at which the page was rendered.</param>
public sealed record PageFrame(string Title, string Section, string FormToken, DateTimeOffset Now)
{
    /// <summary>Title of the browser's tab, or null for <see cref="Title"/>.</summary>
    public string? TabTitle { get; init; }

    /// <summary>Number of entries in the inbox.</summary>
    public int InboxCount { get; init; }

    /// <summary>Address of the event stream that updates the page, or null if the page does not update itself.</summary>
    public string? Events { get; init; }

    /// <summary>
    /// Interval in seconds at which a visible page reloads, for pages whose changes cause no events. Null if the page never reloads in this
    /// way.
    /// </summary>
    public int? Every { get; init; }

    /// <summary>Repository of the page, or null for all repositories.</summary>
    public DashboardRepositoryReference? Repository { get; init; }

    /// <summary>Id of the run that the page shows, or null if the page shows no run.</summary>
    public string? Run { get; init; }

    /// <summary>
    /// Text after the repository's name at the top of the page, such as the run and its target. Empty if the title contains this
    /// information.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>Result of the last form that the user submitted, or null if there was none.</summary>
    public RunControlResult? Said { get; init; }

    /// <summary>
    /// Text that the user typed in the last submitted form, if the text was not used. The page shows it again, so that it is not lost.
    /// Empty if there is none.
    /// </summary>
    public string Typed { get; init; } = "";
}
