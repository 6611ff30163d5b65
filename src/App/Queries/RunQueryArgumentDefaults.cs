namespace Orchestrator.App.Queries;

/// <summary>Default arguments of queries, which the terminal, the web page and the API share.</summary>
public static class RunQueryArgumentDefaults
{
    /// <summary>Default number of entries in a list of runs or conversations.</summary>
    public const int ListLength = 20;

    /// <summary>Default number of days for which usage is added up, including today.</summary>
    public const int UsageDays = 7;
}
