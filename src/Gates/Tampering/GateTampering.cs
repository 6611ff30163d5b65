using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>The signs in work, its task's change and its gates' results, that passing gates show less than they seem to.</summary>
/// <param name="ForPerson">Why a person has to approve the work, each a sentence; empty: nobody has to.</param>
/// <param name="Notes">What people are told of it, and that prevents nothing.</param>
public sealed record TamperFindings(IReadOnlyList<string> ForPerson, IReadOnlyList<string> Notes);

/// <summary>Finds out whether passing gates show less than before. The plan was approved with a command, but a script that it calls, the
/// configuration of its tests, or the tests themselves can be changed so that it always passes: such work needs a person's approval. A
/// result that looks unlike the gate's earlier ones is only told. Pure.</summary>
public static class GateTampering
{
    /// <summary>The number of earlier runs that count: after these a suite that was reduced on purpose is normal.</summary>
    private const int Looked = 5;

    private const int MostFiles = 3;
    private const double Faster = 5;
    private const double LongEnough = 10;
    private const int MostLines = 6;
    private const int LongestLine = 120;

    /// <summary>Looks at the whole of a task's work.</summary>
    /// <param name="task">The task as the plan has it: a file that it names by its whole path was approved with the plan. Files that were
    /// lent to it are not: its agent asked for them.</param>
    /// <param name="meaning">What decides its gates.</param>
    /// <param name="changed">What it changed.</param>
    /// <param name="patch">The patch; null: too large to review.</param>
    /// <param name="tests">Its changes of tests.</param>
    /// <param name="suite">The verdict of the base's own gates on it.</param>
    /// <param name="verdicts">The task's gates.</param>
    /// <param name="hollow">Tests that fail on it in the form of its base, and in its own form pass with and without it.</param>
    public static TamperFindings OfWork(
        PlanTask task,
        GateMeaning meaning,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<PatchFile>? patch,
        TestChanges tests,
        BaseSuite suite,
        IReadOnlyList<GateVerdict> verdicts,
        IReadOnlyList<string>? hollow = null
    ) =>
        new(
            [
                // Where the gates of the base pass as well, this verdict does not rest on what was changed. A gate's own scripts judge
                // later work, too, and tests may be left out.
                .. Changes(
                    task,
                    meaning,
                    suite.Result == BaseSuiteResult.Green && !verdicts.Any(RanFewer) ? [.. changed.Where(meaning.IsPartOfGate)] : changed,
                    patch
                ),
                .. OfTests(tests, suite, hollow ?? []),
                .. verdicts.Where(RanNothing).Select(GateWords.RanNothing),
            ],
            [.. Notes(tests, suite)]
        );

    /// <summary>The oddity of a passing result beside the gate's earlier ones and its own result files; null: none.</summary>
    /// <param name="past">Earlier results of the same gate, oldest first.</param>
    /// <param name="verdict">The present result.</param>
    public static GateOddity? OfResult(IEnumerable<GateVerdict> past, GateVerdict verdict)
    {
        // A faster measurement may be just what was wanted.
        if (verdict is not { Result: GateResult.Passed, Cached: false, Gate.IsMeasurement: false })
        {
            return null;
        }
        return verdict.Tests is { IsContradicted: true } tests
            ? new GateOddity(GateOddityKind.CountsDiffer)
            {
                Before = tests.Printed,
                Now = tests.Ran,
                Files = new NamedFiles([.. tests.Files.Take(MostFiles)], Math.Max(0, tests.Files.Count - MostFiles)),
            }
            : Beside([.. past.Where(run => run.Passed).TakeLast(Looked)], verdict);
    }

    /// <summary>Fewer tests than at the base commit; null: as many. All work starts from the base: one test less means that a test was
    /// removed, disabled or left out.</summary>
    /// <param name="before">The result at the base.</param>
    /// <param name="verdict">The present result.</param>
    public static GateOddity? SinceBase(GateVerdict before, GateVerdict verdict) =>
        verdict.Result == GateResult.Passed
        && before is { Passed: true, Tests: { } tests }
        && !ChangedFileNames.AreAskedFor(verdict.Gate)
        && (verdict.Tests?.Ran ?? 0) < tests.Ran
            ? new GateOddity(GateOddityKind.FewerTestsThanBase) { Before = tests.Ran, Now = verdict.Tests?.Ran }
            : null;

    private static IEnumerable<string> Changes(
        PlanTask task,
        GateMeaning meaning,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<PatchFile>? patch
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
                yield return $"It {verb} '{FileNames.Show(file.Path)}', {what}.{Difference(file, patch)}";
            }
        }
    }

    private static IEnumerable<string> OfTests(TestChanges tests, BaseSuite suite, IReadOnlyList<string> hollow)
    {
        var untouched = suite.Failed.Where(name => !tests.Touch(name)).ToList();
        if (suite.Result == BaseSuiteResult.Red && (untouched.Count > 0 || suite.Failed.Count == 0))
        {
            yield return untouched.Count > 0
                ? $"With tests and configuration as they were at its base it fails: {FileNames.Some(untouched, MostFiles)}."
                : "With tests and configuration as they were at its base its gates fail.";
        }
        var (isGreen, isUnlike) = (suite.Result == BaseSuiteResult.Green, suite.Result != BaseSuiteResult.Green);
        if (tests.Gone.Count > 0 && (tests.IsFewer || FailsIn(tests.Gone)))
        {
            yield return $"It takes tests away: {FileNames.Some(tests.Gone, MostFiles)}.";
        }
        if (tests.Skipped.Count > 0)
        {
            yield return $"It switches tests off that were there: {FileNames.Some(tests.Skipped, MostFiles)}.";
        }
        if (tests.GroupsSkipped.Count > 0)
        {
            yield return $"It switches groups of tests off: {FileNames.Some(tests.GroupsSkipped, MostFiles)}.";
        }
        if (tests.Loosened.Count > 0 && isUnlike)
        {
            yield return $"It lets tests check less that were there: {FileNames.Some(tests.Loosened, MostFiles)}.";
        }
        if (hollow.Count > 0)
        {
            yield return "It changes tests that fail on it in the form of its base, so that they pass with and without it: "
                + $"{FileNames.Some(hollow, MostFiles)}.";
        }
        var isSaid = tests.Gone.Count + tests.Skipped.Count + tests.GroupsSkipped.Count > 0 || tests.IsApproved;
        foreach (var fewer in isSaid ? [] : suite.Fewer)
        {
            yield return $"The gate '{fewer.Gate}' runs {Plural.Of(fewer.Now, "test")} on it, and ran {fewer.Before} on its base.";
        }
        if (tests.Unreadable.Count > 0 && !isGreen)
        {
            yield return $"It makes tests something that can't be read as text: {FileNames.Some(tests.Unreadable, MostFiles)}.";
        }

        bool FailsIn(IReadOnlyList<string> names) =>
            suite.Result == BaseSuiteResult.Red && names.Any(name => suite.Failed.Any(failed => TestNames.Means(failed, name)));
    }

    private static IEnumerable<string> Notes(TestChanges tests, BaseSuite suite)
    {
        if (suite.Failed.Where(tests.Touch).ToList() is { Count: > 0 } touched)
        {
            yield return $"tests that it changed fail in the form of its base: {FileNames.Some(touched, MostFiles)}";
        }
        if (tests.Loosened.Count > 0 && suite.Result == BaseSuiteResult.Green)
        {
            yield return $"tests check less than before: {FileNames.Some(tests.Loosened, MostFiles)}";
        }
        if (tests.Expecting.Count > 0)
        {
            yield return $"tests expect other values than before: {FileNames.Some(tests.Expecting, MostFiles)}";
        }
        if (suite.Result == BaseSuiteResult.NotComparable)
        {
            yield return "the tests of its base say nothing about it: they do not build or load against it";
        }
    }

    /// <summary>True if a gate ran fewer tests than at an earlier time.</summary>
    public static bool RanFewerThanBefore(GateVerdict verdict) =>
        verdict.Oddities.Any(oddity =>
            oddity.Kind is GateOddityKind.FewerTestsThanBase or GateOddityKind.FewerTestsThanLast or GateOddityKind.FewerTestsThanLately
        );

    private static bool RanFewer(GateVerdict verdict) => verdict.Oddities.Any(oddity => oddity.Kind == GateOddityKind.FewerTestsThanBase);

    private static bool RanNothing(GateVerdict verdict) =>
        verdict is { Passed: true, Kind: GateKind.NoTests, Gate.Type: GateType.Test or GateType.Custom };

    private static GateOddity? Beside(IReadOnlyList<GateVerdict> past, GateVerdict verdict)
    {
        // Its result depends on the changed files, so runs are not comparable.
        if (past.Count == 0 || ChangedFileNames.AreAskedFor(verdict.Gate))
        {
            return null;
        }
        var most = past.Max(run => run.Tests?.Ran);
        if (most is { } before && IsFarLess(verdict.Tests?.Ran ?? 0, before))
        {
            var isLast = past[^1].Tests?.Ran == before;
            return new GateOddity(isLast ? GateOddityKind.FewerTestsThanLast : GateOddityKind.FewerTestsThanLately)
            {
                Before = before,
                Now = verdict.Tests?.Ran,
            };
        }
        // With as many tests as before the cause is the machine, or the build's cache.
        var usual = past.Select(run => run.Duration.TotalSeconds).Order().ElementAt(past.Count / 2);
        return verdict.Tests is null && past.Count >= 2 && usual >= LongEnough && verdict.Duration.TotalSeconds * Faster < usual
            ? new GateOddity(GateOddityKind.Faster) { Before = (decimal)usual, Now = (decimal)verdict.Duration.TotalSeconds }
            : null;
    }

    // Less than half; for a handful only when nothing is left.
    private static bool IsFarLess(int now, int before) => before > 0 && (now == 0 || (now * 2 < before && before - now >= 5));

    /// <summary>The first changed lines, so that a person sees without looking whether it matters.</summary>
    private static string Difference(ChangedFile file, IReadOnlyList<PatchFile>? patch)
    {
        if (patch?.FirstOrDefault(part => part.Path == file.Path) is not { } text)
        {
            return "";
        }
        if (text.IsBinary)
        {
            return " It can't be read as text.";
        }
        string[] lines =
        [
            .. text.RemovedLines().Where(IsShown).Select(line => "-" + line),
            .. text.AddedLines().Select(line => line.Text).Where(IsShown).Select(line => "+" + line),
        ];
        var shown = lines.Take(MostLines).Select(line => $"`{FileNames.Show(line.Replace('`', '\''), LongestLine)}`");
        return lines.Length == 0
            ? ""
            : $" The difference: {string.Join(" ", shown)}"
                + $"{(lines.Length > MostLines ? $" and {Plural.Of(lines.Length - MostLines, "more line")}" : "")}.";
    }

    private static bool IsShown(string line) => !string.IsNullOrWhiteSpace(line);
}
