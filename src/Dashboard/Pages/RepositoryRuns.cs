namespace Orchestrator.Dashboard.Pages;

/// <summary>Latest runs of a repository.</summary>
/// <param name="Repository">Repository of the runs.</param>
/// <param name="Runs">Runs, latest first.</param>
/// <param name="Problem">Reason for which they can't be read; empty if they can.</param>
public sealed record RepositoryRuns(RepositoryEntry Repository, IReadOnlyList<HistoryEntry> Runs, string Problem);
