namespace Orchestrator.Runs.Merging.Picking;

/// <summary>One of several results of the same task. Its rating uses only verified facts, not its agent's claims.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="IsVerified">True if the task succeeded, which means that its gates pass at its commit.</param>
/// <param name="Gates">Counts of its gate verdicts.</param>
/// <param name="Missed">Number of measurements outside the required range.</param>
/// <param name="Anomalies">Number of anomalies, such as removed or skipped tests and changed logs.</param>
/// <param name="Lines">Number of added and removed lines.</param>
/// <param name="Tree">Hash of the git tree, which is the same for results with equal files. Empty if the result has no commit.</param>
public sealed record RankedTaskResult(string Task, bool IsVerified, GateSummary Gates, int Missed, int Anomalies, int Lines, string Tree)
{
    /// <summary>Hash of the result's commit, or empty if it has none.</summary>
    public string Commit { get; init; } = "";
}

/// <summary>The results of a task, sorted from best to worst, with the reason for their order.</summary>
/// <param name="Results">All results, sorted from best to worst.</param>
/// <param name="Reason">The criterion that decided, or empty if the results are rated equally. Equal results are in the order of the
/// plan.</param>
public sealed record RankedIdenticalTaskResultList(IReadOnlyList<RankedTaskResult> Results, string Reason)
{
    private static readonly IReadOnlyList<(string Name, Func<RankedTaskResult, double> Worse)> Criteria =
    [
        ("its task succeeded", static result => result.IsVerified ? 0 : 1),
        (
            "its gates prove more",
            static result =>
                result.Gates.Proof switch
                {
                    GateAssuranceLevel.Verified => 0,
                    GateAssuranceLevel.LintOnly => 1,
                    GateAssuranceLevel.NotVerified => 2,
                    _ => 3,
                }
        ),
        ("fewer of its gates failed", static result => result.Gates.Total - result.Gates.Passed),
        ("more of its measurements are as expected", static result => result.Missed),
        ("its gates have fewer anomalies", static result => result.Anomalies),
        ("it changes fewer lines", static result => result.Lines),
    ];

    /// <summary>
    /// The best results, if the evidence does not decide between them. They have different files, the same rating, and sizes that differ by
    /// at most a tenth. Empty if the evidence decides.
    /// </summary>
    public IReadOnlyList<RankedTaskResult> Tied
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

    /// <summary>Applies the reviewer's choice among the <see cref="Tied"/> results to the ranking.</summary>
    /// <param name="preferences">The reviewer's choices for all tasks of the run.</param>
    public RankedIdenticalTaskResultList With(IReadOnlyList<TiedTaskResultDecision> preferences)
    {
        var tied = Tied.Select(result => result.Commit).ToHashSet(StringComparer.Ordinal);
        var preferred = preferences.FirstOrDefault(one => tied.Contains(one.Commit));
        return preferred is null
            ? this
            : new RankedIdenticalTaskResultList(
                [.. Results.OrderBy(result => result.Commit == preferred.Commit ? 0 : 1)],
                $"the reviewer, {preferred.Reviewer}, prefers it to {FileNameEncoding.List([.. preferred.Others])}: "
                    + $"{preferred.Why.TrimEnd('.')}"
            );
    }

    /// <summary>Ranks results first by the success of their tasks, and then by gates, measurements, anomalies and size.</summary>
    /// <param name="results">The results in the order of the plan.</param>
    public static RankedIdenticalTaskResultList Of(IReadOnlyList<RankedTaskResult> results)
    {
        var ordered = Criteria
            .Skip(1)
            .Aggregate(results.OrderBy(Criteria[0].Worse), static (order, criterion) => order.ThenBy(criterion.Worse))
            .ToList();
        var reason =
            ordered is [var first, var second, ..] && first.Tree != second.Tree
                ? Criteria.FirstOrDefault(criterion => criterion.Worse(first) < criterion.Worse(second)).Name ?? ""
                : "";
        return new RankedIdenticalTaskResultList(ordered, reason);
    }
}
