namespace Orchestrator.Runs.Merging.Picking;

/// <summary>One of several results of the same task, rated by verified facts only and not by its agent's claims.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="IsVerified">True if the task succeeded, so that its gates pass at its commit.</param>
/// <param name="Gates">Summary of its gate verdicts.</param>
/// <param name="Missed">Number of measurements outside of the expected range.</param>
/// <param name="Anomalies">Number of anomalies in its gates, such as removed or skipped tests and changed logs.</param>
/// <param name="Lines">Number of lines added and removed.</param>
/// <param name="Tree">Tree of its files, which is equal for equal results; empty if it has no commit.</param>
public sealed record RankedResult(string Task, bool IsVerified, GateSummary Gates, int Missed, int Anomalies, int Lines, string Tree)
{
    /// <summary>Commit of the result, or empty if it has none.</summary>
    public string Commit { get; init; } = "";
}

/// <summary>Results of the same task in order, with the reason for the order.</summary>
/// <param name="Results">All results, the best first.</param>
/// <param name="Reason">The deciding criterion, or empty if the results are rated equally and are in plan order.</param>
public sealed record ResultRanking(IReadOnlyList<RankedResult> Results, string Reason)
{
    private static readonly IReadOnlyList<(string Name, Func<RankedResult, double> Worse)> Criteria =
    [
        ("its task ended well", static result => result.IsVerified ? 0 : 1),
        (
            "its gates prove more",
            static result =>
                result.Gates.Proof switch
                {
                    GateProof.Verified => 0,
                    GateProof.LintOnly => 1,
                    GateProof.NotVerified => 2,
                    _ => 3,
                }
        ),
        ("fewer of its gates failed", static result => result.Gates.Total - result.Gates.Passed),
        ("more of its measurements are as expected", static result => result.Missed),
        ("its gates have fewer anomalies", static result => result.Anomalies),
        ("it changes fewer lines", static result => result.Lines),
    ];

    /// <summary>The best results if the evidence does not decide between them. They have different files but equal ratings, and their
    /// sizes differ by at most a tenth. Empty if the evidence decides.</summary>
    public IReadOnlyList<RankedResult> Tied
    {
        get
        {
            var best = Results[0];
            var alike = Results
                .Where(result =>
                    result.IsVerified
                    && Criteria.SkipLast(1).All(criterion => criterion.Worse(result).Equals(criterion.Worse(best)))
                    && result.Lines * 10L <= best.Lines * 11L
                )
                .DistinctBy(result => result.Tree)
                .ToList();
            return alike.Count > 1 ? alike : [];
        }
    }

    /// <summary>Applies the reviewer's choice among the <see cref="Tied"/> results.</summary>
    /// <param name="preferences">Choices for all groups.</param>
    internal ResultRanking With(IReadOnlyList<TieDecision> preferences)
    {
        var tied = Tied.Select(result => result.Commit).ToHashSet(StringComparer.Ordinal);
        var preferred = preferences.FirstOrDefault(one => tied.Contains(one.Commit));
        return preferred is null
            ? this
            : new ResultRanking(
                [.. Results.OrderBy(result => result.Commit == preferred.Commit ? 0 : 1)],
                $"the reviewer, {preferred.Reviewer}, prefers it to {FileNames.Some([.. preferred.Others])}: {preferred.Why.TrimEnd('.')}"
            );
    }

    /// <summary>Ranks results by task success, gates, measurements, anomalies and size, in this order.</summary>
    /// <param name="results">The results, in plan order.</param>
    public static ResultRanking Of(IReadOnlyList<RankedResult> results)
    {
        var ordered = Criteria
            .Skip(1)
            .Aggregate(results.OrderBy(Criteria[0].Worse), static (order, criterion) => order.ThenBy(criterion.Worse))
            .ToList();
        var reason =
            ordered is [var first, var second, ..] && first.Tree != second.Tree
                ? Criteria.FirstOrDefault(criterion => criterion.Worse(first) < criterion.Worse(second)).Name ?? ""
                : "";
        return new ResultRanking(ordered, reason);
    }
}
