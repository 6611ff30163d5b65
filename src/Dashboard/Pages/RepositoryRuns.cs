namespace Orchestrator.Dashboard.Pages;

/// <summary>Latest runs of a repository.</summary>
/// <param name="Repository">Repository of the runs.</param>
/// <param name="Runs">Runs, latest first.</param>
/// <param name="Problem">Reason why the runs can't be read. Empty if they can be read.</param>
public sealed record RepositoryRuns(DashboardRepositoryReference Repository, IReadOnlyList<RunListEntry> Runs, string Problem);
