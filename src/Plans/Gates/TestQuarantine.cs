namespace Orchestrator.Plans;

/// <summary>A test in quarantine: its failures decide nothing up to a day.</summary>
/// <param name="Test">The test as its runner spells it; without parameters it means all of them.</param>
/// <param name="Owner">The person who repairs it.</param>
/// <param name="Reason">Why it fails by chance.</param>
/// <param name="Until">The last day of its quarantine, in UTC.</param>
public sealed record QuarantinedTest(
    [property: JsonPropertyName("test")] string Test,
    [property: JsonPropertyName("owner")] string Owner,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("until")] DateOnly Until
)
{
    /// <summary>True if a failed test is this one.</summary>
    /// <param name="failed">Its name as its runner spells it.</param>
    public bool Means(string failed) =>
        failed.StartsWith(Test, StringComparison.Ordinal) && (failed.Length == Test.Length || failed[Test.Length] is '[' or '(');

    /// <summary>True after its last day.</summary>
    /// <param name="now">The present time.</param>
    public bool HasEnded(DateTimeOffset now) => Until < DateOnly.FromDateTime(now.UtcDateTime);
}

/// <summary>A repository's tests in quarantine, as they are at a run's base.</summary>
/// <param name="Tests">Their entries, in the order of the file.</param>
public sealed record TestQuarantine(IReadOnlyList<QuarantinedTest> Tests)
{
    /// <summary>The file, relative to the repository.</summary>
    public const string FileName = ".orchestrator/flaky.yaml";

    /// <summary>No test.</summary>
    public static TestQuarantine None { get; } = new([]);

    /// <summary>The tests whose quarantine has ended: they decide again.</summary>
    /// <param name="now">The present time.</param>
    public IReadOnlyList<QuarantinedTest> EndedBy(DateTimeOffset now) => [.. Tests.Where(test => test.HasEnded(now))];

    /// <summary>The verdict, which decides nothing where each failed test is in quarantine. A failure that is not a counted and named test
    /// decides as ever.</summary>
    /// <param name="verdict">Any verdict.</param>
    /// <param name="now">The present time.</param>
    public GateVerdict Apply(GateVerdict verdict, DateTimeOffset now)
    {
        if (
            verdict
                is not {
                    Result: GateResult.Failed,
                    Kind: GateKind.Failed,
                    BlamesMachine: false,
                    Counts: { Errors: null or 0 } counts,
                    FailedTests: { Count: > 0 } failed,
                }
            || counts.Failed > failed.Count
        )
        {
            return verdict;
        }
        return failed.All(test => Tests.Any(entry => entry.Means(test) && !entry.HasEnded(now)))
            ? verdict with
            {
                Quarantined = true,
                QuarantinedTests = failed,
            }
            : verdict;
    }
}
