namespace Orchestrator.Dashboard.Pages;

/// <summary>Filter for a list of runs.</summary>
/// <param name="Find">Text that the id or title must contain. Empty for all runs.</param>
/// <param name="State">One of <see cref="States"/>, or empty for all states.</param>
/// <param name="Repository">Id of the repository, or empty for all repositories.</param>
public sealed record RunFilter(string Find, string State, string Repository)
{
    private const string Open = "open";
    private const string Needs = "needs";
    private const string Ended = "ended";
    private const string Failed = "failed";

    /// <summary>States that the user can select, with their labels.</summary>
    public static IReadOnlyList<(string State, string Label)> States { get; } =
    [(Open, "open"), (Needs, "waiting for a user"), (Ended, "ended"), (Failed, "failed")];

    /// <summary>True if at least one filter criterion is set.</summary>
    public bool IsSet => Find.Length + State.Length + Repository.Length > 0;

    /// <summary>Returns true if a run matches the filter.</summary>
    public bool Matches(RunListEntry run) =>
        (Find.Length == 0 || $"{run.RunId}\n{run.Title}".Contains(Find, StringComparison.OrdinalIgnoreCase))
        && State switch
        {
            Open => !RunStateNames.IsFinal(run.State),
            Needs => run.Standing == RunLivenessClassifier.NeedsPerson,
            Ended => RunStateNames.IsFinal(run.State),
            Failed => run.State is RunStateNames.Failed or RunStateNames.Escalated or RunStateNames.Terminated || run.Counts.Failed > 0,
            _ => true,
        };
}
