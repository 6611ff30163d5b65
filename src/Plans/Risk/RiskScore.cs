namespace Orchestrator.Plans;

/// <summary>Consequence of a plan's risk score.</summary>
public enum RiskLevel
{
    /// <summary>No review is needed.</summary>
    AutoApprove,

    /// <summary>A review is recommended. The user may skip it in advance with <c>--yes</c>.</summary>
    ReviewRecommended,

    /// <summary>A user must approve the plan.</summary>
    ApprovalRequired,
}

/// <summary>One contribution to a risk score.</summary>
/// <param name="Points">Number of points that the factor adds.</param>
/// <param name="Kind">Stable name of the factor: <c>sensitive-path</c>, <c>tasks</c>, <c>files</c>, <c>patch-intents</c>,
/// <c>dependencies</c>, <c>contracts</c> or <c>tests</c>.</param>
/// <param name="Message">Sentence that explains the points.</param>
/// <param name="Path">Path that causes the points, or null for other factors.</param>
/// <param name="Pattern">Pattern that matched the path, or null for other factors.</param>
/// <param name="Count">Number of counted items.</param>
/// <param name="TaskId">Id of the task that causes the points, or null for the whole plan.</param>
public sealed record RiskFactor(
    int Points,
    string Kind,
    string Message,
    string? Path = null,
    string? Pattern = null,
    int? Count = null,
    string? TaskId = null
);

/// <summary>
/// Risk score of a plan. The score is higher for sensitive, large and untested plans. Additions to a plan never lower the score, except for
/// a tested task, which increases the share of tested tasks.
/// </summary>
/// <param name="Score">Sum of the factors' points.</param>
/// <param name="Level">Consequence of the score.</param>
/// <param name="AutoApproveThreshold">Highest score that needs no approval.</param>
/// <param name="ReviewThreshold">Highest score at which a review is only recommended.</param>
/// <param name="Factors">Factors of the score, in the order of the rules.</param>
public sealed record RiskScore(int Score, RiskLevel Level, int AutoApproveThreshold, int ReviewThreshold, IReadOnlyList<RiskFactor> Factors)
{
    /// <summary>
    /// True if <c>--yes</c> counts as approval. The user already knows the numbers of tasks and files, so only the points of the other
    /// factors must stay within <c>ReviewThreshold</c>.
    /// </summary>
    public bool YesAnswers => Factors.Where(f => f.Kind is not (Tasks or Files)).Sum(f => f.Points) <= ReviewThreshold;

    private const string Tasks = "tasks";
    private const string Files = "files";

    /// <summary>Computes the score of a plan. A path that several tasks write counts only once.</summary>
    /// <param name="plan">Plan to score.</param>
    /// <param name="options">Patterns and thresholds.</param>
    /// <param name="project">The project's gates, whose tests count for every task. Null to count only the tasks' own gates.</param>
    /// <exception cref="ArgumentException">A pattern is not a valid regular expression; <see cref="PatternFaults"/> finds such patterns
    /// beforehand.</exception>
    public static RiskScore Of(Plan plan, RiskScoreOptions options, ProjectGates? project = null)
    {
        RiskFactor[] factors =
        [
            .. SensitivePaths(plan, options),
            .. Over(Tasks, plan.Tasks.Count, 5, 5, "tasks"),
            .. Over(Files, plan.Tasks.SelectMany(t => t.FilesWrite ?? []).Distinct(StringComparer.Ordinal).Count(), 10, 3, "written files"),
            .. Over("patch-intents", plan.Tasks.Sum(t => t.PatchIntents.Count), 3, 5, "patch intents"),
            .. Over(
                "dependencies",
                plan.Tasks.SelectMany(t => t.DepsRequired?.Runtime ?? []).Distinct(StringComparer.Ordinal).Count(),
                0,
                3,
                "new runtime dependencies"
            ),
            .. Over("contracts", plan.Contracts.Count, 3, 5, "contracts"),
            .. Tests(plan, project ?? new ProjectGates()),
        ];
        var score = factors.Sum(f => f.Points);
        var level =
            score <= options.AutoApproveThreshold ? RiskLevel.AutoApprove
            : score <= options.ReviewThreshold ? RiskLevel.ReviewRecommended
            : RiskLevel.ApprovalRequired;
        return new RiskScore(score, level, options.AutoApproveThreshold, options.ReviewThreshold, factors);
    }

    /// <summary>Returns the invalid patterns, each with the reason. Empty if all patterns are valid.</summary>
    public static IReadOnlyList<(SensitivePattern Pattern, string Reason)> PatternFaults(RiskScoreOptions options)
    {
        var faults = new List<(SensitivePattern Pattern, string Reason)>();
        foreach (var pattern in options.SensitivePatterns)
        {
            try
            {
                _ = Matcher(pattern, options);
            }
            catch (ArgumentException e)
            {
                faults.Add((pattern, e.Message));
            }
            catch (NotSupportedException)
            {
                faults.Add((pattern, "Lookarounds, backreferences and atomic groups are not available, because matching is linear-time."));
            }
        }
        return faults;
    }

    private static IEnumerable<RiskFactor> SensitivePaths(Plan plan, RiskScoreOptions options)
    {
        PathMatcher[] patterns = [.. options.SensitivePatterns.Select(p => Matcher(p, options))];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in plan.Tasks)
        {
            foreach (var path in task.FilesWrite ?? [])
            {
                if (seen.Add(path) && FirstMatch(patterns, path) is { } pattern)
                {
                    yield return new RiskFactor(
                        pattern.Weight,
                        "sensitive-path",
                        $"Task '{task.Id}' writes '{path}', which matches '{pattern.Pattern}'.",
                        path,
                        pattern.Pattern,
                        TaskId: task.Id
                    );
                }
            }
        }
    }

    private static SensitivePattern? FirstMatch(PathMatcher[] patterns, string path)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(path))
            {
                return pattern.Pattern;
            }
        }
        return null;
    }

    private static IEnumerable<RiskFactor> Over(string kind, int count, int free, int points, string what)
    {
        if (count > free)
        {
            var limit = free == 0 ? "" : $", {count - free} over {free}";
            yield return new RiskFactor((count - free) * points, kind, $"{count} {what}{limit}.", Count: count);
        }
    }

    // With integer arithmetic, a share of 2/3 gives the same points on every host.
    private static IEnumerable<RiskFactor> Tests(Plan plan, ProjectGates project)
    {
        var tested = plan.Tasks.Count(t => project.OfMerge(plan, t).Any(g => g.Type == GateType.Test && CanTest(g, t)));
        var points = plan.Tasks.Count == 0 ? 0 : 20 * (plan.Tasks.Count - tested) / plan.Tasks.Count;
        if (points > 0)
        {
            yield return new RiskFactor(
                points,
                "tests",
                $"No gate tests {plan.Tasks.Count - tested} of {Plural.Of(plan.Tasks.Count, "task")}.",
                Count: plan.Tasks.Count - tested
            );
        }
    }

    // A test suite in another language than the task's sources does not test them. A runner that is unknown, or that runs others, may do
    // so.
    private static bool CanTest(Gate gate, PlanTask task)
    {
        var written = Ecosystems.All.Where(row => (task.FilesWrite ?? []).Any(row.IsSource)).ToList();
        if (written.Count == 0)
        {
            return true;
        }
        var words = gate.Command.Split([' ', '\t', '\n', '&', '|', ';', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        var runners = Ecosystems.Of(words.Select(FileNamePattern.NameOf).ToHashSet(StringComparer.Ordinal));
        return runners.Count == 0 || runners.Any(row => row.Sources.Count == 0 || written.Contains(row));
    }

    private static PathMatcher Matcher(SensitivePattern pattern, RiskScoreOptions options) =>
        new(pattern, options.WordBoundaries || pattern.WordBoundaries);
}
