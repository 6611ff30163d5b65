namespace Orchestrator.Dashboard.Pages;

/// <summary>The parts that stand around every page.</summary>
/// <param name="Title">Title of the page.</param>
/// <param name="Section">Which entry of the navigation it belongs to.</param>
/// <param name="FormToken">Stands in its forms, so that no other page can send one in its name.</param>
/// <param name="Now">The time at which it was made.</param>
public sealed record PageFrame(string Title, string Section, string FormToken, DateTimeOffset Now)
{
    /// <summary>Address of the events that change it; null: it does not change by itself.</summary>
    public string? Events { get; init; }

    /// <summary>Seconds after which the page is read anew while somebody looks at it, since no event says that something has changed; null:
    /// never.</summary>
    public int? Every { get; init; }

    /// <summary>The repository it is about; null: all.</summary>
    public RepositoryEntry? Repository { get; init; }

    /// <summary>The run it is about; null: none.</summary>
    public string? Run { get; init; }

    /// <summary>The result of the user's last request; null: there was none.</summary>
    public CommandResult? Said { get; init; }
}
