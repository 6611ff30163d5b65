namespace Orchestrator.Dashboard.Pages;

/// <summary>The latest runs of a repository.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Runs">Its runs, the latest first.</param>
/// <param name="Problem">Why they can't be read; empty: they can.</param>
public sealed record RepositoryRuns(RepositoryEntry Repository, IReadOnlyList<HistoryEntry> Runs, string Problem);
