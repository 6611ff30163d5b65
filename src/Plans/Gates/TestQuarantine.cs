namespace Orchestrator.Plans;

/// <summary>A quarantined test, whose failures are ignored until a given day.</summary>
/// <param name="Test">Name of the test as printed by the test runner. A name without parameters covers all parameters.</param>
/// <param name="Owner">User who is responsible for repairing the test.</param>
/// <param name="Reason">Reason why the test is flaky.</param>
/// <param name="Until">Last day of the quarantine, in UTC.</param>
public sealed record QuarantinedTest(
    [property: JsonPropertyName("test")] string Test,
    [property: JsonPropertyName("owner")] string Owner,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("until")] DateOnly Until
)
{
    /// <summary>True if this entry covers a failed test.</summary>
    /// <param name="failed">Name of the failed test as printed by the test runner.</param>
    public bool Covers(string failed) =>
        failed.StartsWith(Test, StringComparison.Ordinal) && (failed.Length == Test.Length || failed[Test.Length] is '[' or '(');

    /// <summary>True after the last day of the quarantine.</summary>
    /// <param name="now">Current time.</param>
    public bool HasEnded(DateTimeOffset now) => Until < DateOnly.FromDateTime(now.UtcDateTime);
}

/// <summary>Quarantined tests of a repository, read from a run's base commit.</summary>
/// <param name="Tests">Entries in file order.</param>
public sealed record TestQuarantine(IReadOnlyList<QuarantinedTest> Tests)
{
    /// <summary>Path of the file that lists the quarantined tests, relative to the repository.</summary>
    public const string FileName = ".orchestrator/flaky.yaml";

    /// <summary>An empty quarantine.</summary>
    public static TestQuarantine None { get; } = new([]);

    /// <summary>Returns the entries whose quarantine has ended, so that failures of their tests count again.</summary>
    /// <param name="now">Current time.</param>
    public IReadOnlyList<QuarantinedTest> EndedBy(DateTimeOffset now) => [.. Tests.Where(test => test.HasEnded(now))];

    /// <summary>Marks a verdict as quarantined if every failed test is quarantined. Any other failure still counts.</summary>
    /// <param name="verdict">Any verdict.</param>
    /// <param name="now">Current time.</param>
    public GateVerdict Apply(GateVerdict verdict, DateTimeOffset now)
    {
        if (
            verdict
                is not {
                    Result: GateResult.Failed,
                    Kind: GateOutcomeKind.Failed,
                    BlamesMachine: false,
                    Counts: { Errors: null or 0 } counts,
                    FailedTests: { Count: > 0 } failed,
                }
            || counts.Failed > failed.Count
        )
        {
            return verdict;
        }
        return failed.All(test => Tests.Any(entry => entry.Covers(test) && !entry.HasEnded(now)))
            ? verdict with
            {
                Quarantined = true,
                QuarantinedTests = failed,
            }
            : verdict;
    }
}
