namespace Orchestrator.Runs.Merging.Picking;

/// <summary>One of several results of the same task, by what is known of it and nothing that its agent says.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="IsVerified">The task has ended well: its gates hold at its commit.</param>
/// <param name="Gates">What its gates show.</param>
/// <param name="Missed">How many measurements are not as expected.</param>
/// <param name="Oddities">What is strange about its gates: tests that were removed or skipped, logs that were changed.</param>
/// <param name="Lines">How many lines it adds and removes.</param>
/// <param name="Tree">Its files as a whole: equal results have one tree; empty: it has no commit.</param>
public sealed record RankedResult(string Task, bool IsVerified, GateSummary Gates, int Missed, int Oddities, int Lines, string Tree)
{
    /// <summary>The commit of the result; empty: it has none.</summary>
    public string Commit { get; init; } = "";
}

/// <summary>Results of the same task in order, and why the first is before the second.</summary>
/// <param name="Results">All of them, the best first.</param>
/// <param name="Reason">What decided; empty: nothing, they are alike, and the first of the plan comes first.</param>
public sealed record ResultRanking(IReadOnlyList<RankedResult> Results, string Reason)
{
    private static readonly IReadOnlyList<(string Name, Func<RankedResult, double> Worse)> Criteria =
    [
        ("its task ended well", static result => result.IsVerified ? 0 : 1),
        (
            "its gates show more",
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
        ("nothing, or less, is strange about its gates", static result => result.Oddities),
        ("it changes fewer lines", static result => result.Lines),
    ];

    /// <summary>The best results where evidence does not decide between them: they differ in their files, and are alike in all else, their
    /// sizes within a tenth. Empty: it decides.</summary>
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

    /// <summary>The order with what the reviewer prefers of the <see cref="Tied"/> ones.</summary>
    /// <param name="preferences">Of all groups.</param>
    internal ResultRanking With(IReadOnlyList<Preference> preferences)
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

    /// <summary>Ranks results: by whether the task ended well, then gates, measurements, what is strange, and size.</summary>
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
