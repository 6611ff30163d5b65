namespace Orchestrator.App.Queries;

/// <summary>Defaults of queries, common to the terminal, the page and the API.</summary>
public static class QueryDefaults
{
    /// <summary>Number of entries in a list of runs or conversations.</summary>
    public const int ListLength = 20;

    /// <summary>Number of days for which usage is summed, including today.</summary>
    public const int UsageDays = 7;
}
