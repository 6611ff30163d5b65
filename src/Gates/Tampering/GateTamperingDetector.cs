using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>Findings in a task's change and gate results which indicate that the task's passing gates prove less than before.</summary>
/// <param name="ForPerson">Reasons why the work needs an approval. Each reason is a sentence. Empty if the work needs no approval.</param>
/// <param name="Notes">Remarks for users that do not block the work.</param>
public sealed record TamperFindings(IReadOnlyList<string> ForPerson, IReadOnlyList<string> Notes);

/// <summary>
/// Detects passing gates that prove less than before. The user approved each gate's command with the plan. However, work can change the
/// called scripts, the test configuration or the tests so that the gate always passes. Such work needs an approval, whereas a mere
/// difference from earlier results is only reported. Has no side effects.
/// </summary>
public static class GateTamperingDetector
{
    /// <summary>
    /// Number of earlier runs of a gate with which a result is compared. After this number of runs, an intentionally reduced test suite is
    /// no longer reported.
    /// </summary>
    private const int Looked = 5;

    /// <summary>Start of the note that names changed tests whose original versions fail.</summary>
    public const string OriginalsFail = "the original versions of changed tests fail";

    /// <summary>Start of the note that names tests whose expected values have changed.</summary>
    public const string OtherValues = "tests expect different values than before";

    private const int MostFiles = 3;
    private const double Faster = 5;
    private const double LongEnough = 10;
    private const int MostLines = 6;
    private const int LongestLine = 120;

    /// <summary>Examines a task's complete work for signs that its gates prove less than before.</summary>
    /// <param name="task">Task of the plan. Files that the task names by full path were approved with the plan. Files that were granted at
    /// the agent's request were not.</param>
    /// <param name="meaning">Files that determine the gates of the task.</param>
    /// <param name="changed">Files that the work changed.</param>
    /// <param name="patch">Patch of the work, or null if it is too large to review.</param>
    /// <param name="tests">Changes to tests.</param>
    /// <param name="suite">Verdict of the base's own gates on the work.</param>
    /// <param name="verdicts">Verdicts of the task's gates.</param>
    /// <param name="hollow">Tests whose base version fails on the work, and whose new version passes with and without the work.</param>
    public static TamperFindings OfWork(
        PlanTask task,
        GateInputFiles meaning,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<FileDiff>? patch,
        TestCodeChanges tests,
        BaseSuiteVerdict suite,
        IReadOnlyList<GateVerdict> verdicts,
        IReadOnlyList<string>? hollow = null
    ) =>
        new(
            [
                // If the gates of the base pass as well, this verdict does not depend on the changed files. Two cases still need an
                // approval, because scripts of a gate also affect later work, and tests may have been omitted.
                .. Changes(
                    task,
                    meaning,
                    suite.Result == BaseSuiteResult.Green && !verdicts.Any(RanFewer) ? [.. changed.Where(meaning.IsPartOfGate)] : changed,
                    patch
                ),
                .. OfTests(tests, suite, hollow ?? []),
                .. verdicts.Where(RanNothing).Select(GateVerdictFormatter.RanNothing),
            ],
            [.. Notes(tests, suite)]
        );

    /// <summary>
    /// Compares a passing result with the gate's earlier results and with the report files that the gate wrote. Returns an anomaly, or null
    /// if nothing is unusual.
    /// </summary>
    /// <param name="past">Earlier results of the same gate, oldest first.</param>
    /// <param name="verdict">Current result.</param>
    public static GateAnomaly? OfResult(IEnumerable<GateVerdict> past, GateVerdict verdict)
    {
        // A faster measurement may be the purpose of the work.
        if (verdict is not { Result: GateResult.Passed, Cached: false, Gate.IsMeasurement: false })
        {
            return null;
        }
        return verdict.Tests is { IsContradicted: true } tests
            ? new GateAnomaly(GateAnomalyKind.CountsDiffer)
            {
                Before = tests.Printed,
                Now = tests.Ran,
                Files = new AbridgedFileList([.. tests.Files.Take(MostFiles)], Math.Max(0, tests.Files.Count - MostFiles)),
            }
            : Beside([.. past.Where(run => run.Passed).TakeLast(Looked)], verdict);
    }

    /// <summary>Returns an anomaly if fewer tests ran than at the base commit, or null otherwise. All work starts from the base, so a lower
    /// count means that a test was removed, disabled or omitted.</summary>
    /// <param name="before">Result at the base.</param>
    /// <param name="verdict">Current result.</param>
    public static GateAnomaly? FindTestCountDrop(GateVerdict before, GateVerdict verdict) =>
        verdict.Result == GateResult.Passed
        && before is { Passed: true, Tests: { } tests }
        && !ChangedFileNames.AreAskedFor(verdict.Gate)
        && (verdict.Tests?.Ran ?? 0) < tests.Ran
            ? new GateAnomaly(GateAnomalyKind.FewerTestsThanBase) { Before = tests.Ran, Now = verdict.Tests?.Ran }
            : null;

    private static IEnumerable<string> Changes(
        PlanTask task,
        GateInputFiles meaning,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<FileDiff>? patch
    )
    {
        foreach (var file in changed)
        {
            var planned = file.Change != FileChange.Deleted && task.FilesWrite?.Contains(file.Path) == true;
            if (!planned && meaning.Decides(file) is { } what)
            {
                var verb = file.Change switch
                {
                    FileChange.Deleted => "deleted",
                    FileChange.Added => "added",
                    _ => "changed",
                };
                yield return $"It {verb} '{FileNameEncoding.Show(file.Path)}', {what}.{Difference(file, patch)}";
            }
        }
    }

    private static IEnumerable<string> OfTests(TestCodeChanges tests, BaseSuiteVerdict suite, IReadOnlyList<string> hollow)
    {
        var untouched = suite.Failed.Where(name => !tests.IsInChangedFile(name)).ToList();
        if (suite.Result == BaseSuiteResult.Red && (untouched.Count > 0 || suite.Failed.Count == 0))
        {
            yield return untouched.Count > 0
                ? "With the tests and configuration of its base commit, the work fails these tests: "
                    + $"{FileNameEncoding.List(untouched, MostFiles)}."
                : "With the tests and configuration of its base commit, the work fails its gates.";
        }
        var (isGreen, isUnlike) = (suite.Result == BaseSuiteResult.Green, suite.Result != BaseSuiteResult.Green);
        if (tests.Gone.Count > 0 && (tests.IsFewer || FailsIn(tests.Gone)))
        {
            yield return $"The work removes tests: {FileNameEncoding.List(tests.Gone, MostFiles)}.";
        }
        if (tests.Skipped.Count > 0)
        {
            yield return $"The work disables existing tests: {FileNameEncoding.List(tests.Skipped, MostFiles)}.";
        }
        if (tests.GroupsSkipped.Count > 0)
        {
            yield return $"The work disables groups of tests: {FileNameEncoding.List(tests.GroupsSkipped, MostFiles)}.";
        }
        if (tests.Loosened.Count > 0 && isUnlike)
        {
            yield return $"The work weakens existing tests: {FileNameEncoding.List(tests.Loosened, MostFiles)}.";
        }
        if (hollow.Count > 0)
        {
            yield return "The work replaces failing tests with versions that pass even without its other changes: "
                + $"{FileNameEncoding.List(hollow, MostFiles)}.";
        }
        var isSaid = tests.Gone.Count + tests.Skipped.Count + tests.GroupsSkipped.Count > 0 || tests.IsApproved;
        foreach (var fewer in isSaid ? [] : suite.Fewer)
        {
            yield return $"The gate '{fewer.Gate}' ran {Plural.Of(fewer.Now, "test")} on the work, but {fewer.Before} on its base commit.";
        }
        if (tests.Unreadable.Count > 0 && !isGreen)
        {
            yield return $"The work replaces tests with files that are not text: {FileNameEncoding.List(tests.Unreadable, MostFiles)}.";
        }

        bool FailsIn(IReadOnlyList<string> names) =>
            suite.Result == BaseSuiteResult.Red && names.Any(name => suite.Failed.Any(failed => TestNames.RefersTo(failed, name)));
    }

    private static IEnumerable<string> Notes(TestCodeChanges tests, BaseSuiteVerdict suite)
    {
        if (suite.Failed.Where(tests.IsInChangedFile).ToList() is { Count: > 0 } touched)
        {
            yield return $"{OriginalsFail}: {FileNameEncoding.List(touched, MostFiles)}";
        }
        if (tests.Loosened.Count > 0 && suite.Result == BaseSuiteResult.Green)
        {
            yield return $"tests check less than before: {FileNameEncoding.List(tests.Loosened, MostFiles)}";
        }
        if (tests.Expecting.Count > 0)
        {
            yield return $"{OtherValues}: {FileNameEncoding.List(tests.Expecting, MostFiles)}";
        }
        if (suite.Result == BaseSuiteResult.NotComparable)
        {
            yield return "the original tests prove nothing, because they do not build or load with the new work";
        }
    }

    /// <summary>True if a gate ran fewer tests than in an earlier run.</summary>
    public static bool RanFewerThanBefore(GateVerdict verdict) =>
        verdict.Anomalies.Any(anomaly =>
            anomaly.Kind is GateAnomalyKind.FewerTestsThanBase or GateAnomalyKind.FewerTestsThanLast or GateAnomalyKind.FewerTestsThanLately
        );

    private static bool RanFewer(GateVerdict verdict) =>
        verdict.Anomalies.Any(anomaly => anomaly.Kind == GateAnomalyKind.FewerTestsThanBase);

    private static bool RanNothing(GateVerdict verdict) =>
        verdict is { Passed: true, Kind: GateOutcomeKind.NoTests, Gate.Type: GateType.Test or GateType.Custom };

    private static GateAnomaly? Beside(IReadOnlyList<GateVerdict> past, GateVerdict verdict)
    {
        // The result depends on the changed files, so runs are not comparable.
        if (past.Count == 0 || ChangedFileNames.AreAskedFor(verdict.Gate))
        {
            return null;
        }
        var most = past.Max(run => run.Tests?.Ran);
        if (most is { } before && IsFarLess(verdict.Tests?.Ran ?? 0, before))
        {
            var isLast = past[^1].Tests?.Ran == before;
            return new GateAnomaly(isLast ? GateAnomalyKind.FewerTestsThanLast : GateAnomalyKind.FewerTestsThanLately)
            {
                Before = before,
                Now = verdict.Tests?.Ran,
            };
        }
        // With as many tests as before, the machine or the build cache explains the shorter duration.
        var usual = past.Select(run => run.Duration.TotalSeconds).Order().ElementAt(past.Count / 2);
        return verdict.Tests is null && past.Count >= 2 && usual >= LongEnough && verdict.Duration.TotalSeconds * Faster < usual
            ? new GateAnomaly(GateAnomalyKind.Faster) { Before = (decimal)usual, Now = (decimal)verdict.Duration.TotalSeconds }
            : null;
    }

    // Less than half of the tests ran, or none of a few tests.
    private static bool IsFarLess(int now, int before) => before > 0 && (now == 0 || (now * 2 < before && before - now >= 5));

    /// <summary>Returns the first changed lines of a file, so that an approver can judge the change without opening the file.</summary>
    private static string Difference(ChangedFile file, IReadOnlyList<FileDiff>? patch)
    {
        if (patch?.FirstOrDefault(part => part.Path == file.Path) is not { } text)
        {
            return "";
        }
        if (text.IsBinary)
        {
            return " It is not text.";
        }
        string[] lines =
        [
            .. text.RemovedLines().Where(IsShown).Select(line => "-" + line),
            .. text.AddedLines().Select(line => line.Text).Where(IsShown).Select(line => "+" + line),
        ];
        var shown = lines.Take(MostLines).Select(line => $"`{FileNameEncoding.Show(line.Replace('`', '\''), LongestLine)}`");
        return lines.Length == 0
            ? ""
            : $" The difference: {string.Join(" ", shown)}"
                + $"{(lines.Length > MostLines ? $" and {Plural.Of(lines.Length - MostLines, "more line")}" : "")}.";
    }

    private static bool IsShown(string line) => !string.IsNullOrWhiteSpace(line);
}
