namespace Orchestrator.App.Queries;

/// <summary>Defaults of questions, the same for the terminal, the page and the API.</summary>
public static class QueryDefaults
{
    /// <summary>Entries of a list of runs or conversations.</summary>
    public const int ListLength = 20;

    /// <summary>Days that sums of usage cover, today included.</summary>
    public const int UsageDays = 7;
}
