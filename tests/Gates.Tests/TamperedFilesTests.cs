using System.Text;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

/// <summary>Detection and description of changed files that decide a gate.</summary>
public sealed class TamperedFilesTests
{
    [Theory]
    [InlineData(FileChange.Modified, "It changed 'check.sh', which controls the gate 'sh check.sh'.")]
    [InlineData(FileChange.Deleted, "It deleted 'check.sh', which controls the gate 'sh check.sh'.")]
    public async Task Changes_FileOfAGate_AreASentence(FileChange change, string expected) =>
        Assert.Equal([expected], (await FindAsync("sh check.sh", [], "check.sh", change)).ForPerson);

    [Fact]
    public async Task Changes_FileThatThePlanNames_WereApprovedWithItUnlessItIsGone()
    {
        Assert.Empty((await FindAsync("sh check.sh", ["check.sh"], "check.sh", FileChange.Modified)).ForPerson);
        Assert.Single((await FindAsync("sh check.sh", ["check.sh"], "check.sh", FileChange.Deleted)).ForPerson);
        Assert.Single((await FindAsync("sh check.sh", ["*.sh"], "check.sh", FileChange.Modified)).ForPerson);
        Assert.Single((await FindAsync("sh check.sh", null, "check.sh", FileChange.Modified)).ForPerson);
    }

    [Theory]
    [InlineData("-a\n+b\n", " The difference: `-a` `+b`.")]
    [InlineData("-a\n-\n-   \n+b `c`\n", " The difference: `-a` `+b 'c'`.")]
    [InlineData("-1\n-2\n-3\n+4\n+5\n+6\n", " The difference: `-1` `-2` `-3` `+4` `+5` `+6`.")]
    [InlineData("-1\n-2\n-3\n+4\n+5\n+6\n+7\n+8\n", " The difference: `-1` `-2` `-3` `+4` `+5` `+6` and 2 more lines.")]
    [InlineData("+ \n", "")]
    [InlineData("Binary files differ: 1 and 2 bytes\n", " It is not text.")]
    public async Task Changes_FileOfAGate_ShowTheFirstLines(string lines, string said)
    {
        var other = new FileDiff("other.sh", "diff --git a/other.sh b/other.sh\n@@ -1 +1 @@\n-x\n+y\n");
        var patch = new FileDiff("check.sh", $"diff --git a/check.sh b/check.sh\n@@ -1,9 +1,9 @@\n{lines}");

        var found = await FindAsync("sh check.sh", [], "check.sh", FileChange.Modified, [other, patch]);

        Assert.EndsWith($"the gate 'sh check.sh'.{said}", found.ForPerson[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GateOutcomeKind.NoTests, GateType.Test, true)]
    [InlineData(GateOutcomeKind.NoTests, GateType.Custom, true)]
    [InlineData(GateOutcomeKind.NoTests, GateType.Lint, false)]
    [InlineData(GateOutcomeKind.Passed, GateType.Test, false)]
    public async Task OfWork_GateThatRanNoTest_NeedsAPerson(GateOutcomeKind kind, GateType type, bool needs)
    {
        var verdict = new GateVerdict
        {
            Gate = new Gate("cargo test", type),
            Command = "cargo test",
            Result = GateResult.Passed,
            Kind = kind,
            Tail = "running 0 tests\n  10 passing\n",
            Runs = 1,
        };

        Assert.Equal(needs ? [GateVerdictFormatter.RanNothing(verdict)] : [], await OfAsync(verdict));
        Assert.Empty(await OfAsync(verdict with { Result = GateResult.Failed }));

        static async Task<IReadOnlyList<string>> OfAsync(GateVerdict verdict) =>
            GateTamperingDetector
                .OfWork(
                    new PlanTask { Id = "a" },
                    await MeaningAsync("true", []),
                    [],
                    [],
                    new TestCodeChanges([]),
                    BaseSuiteVerdict.NotRun,
                    [verdict]
                )
                .ForPerson;
    }

    [Fact]
    public void SinceBase_GatesThatCanNotBeCompared_SayNothing()
    {
        var before = Verdict(5);
        var now = Verdict(4);

        Assert.Equal(
            (5, 4),
            (GateTamperingDetector.FindTestCountDrop(before, now)?.Before, GateTamperingDetector.FindTestCountDrop(before, now)?.Now)
        );
        Assert.Null(GateTamperingDetector.FindTestCountDrop(before, now with { Result = GateResult.Failed }));
        Assert.Null(GateTamperingDetector.FindTestCountDrop(before with { Result = GateResult.Failed }, now));
        Assert.Null(GateTamperingDetector.FindTestCountDrop(before with { Tests = null }, now));
        Assert.Null(GateTamperingDetector.FindTestCountDrop(before, now with { Gate = new Gate("pytest {modified_tests}") }));
        Assert.Equal(GateAnomalyKind.FewerTestsThanBase, GateTamperingDetector.FindTestCountDrop(before, now with { Tests = null })?.Kind);
        Assert.Null(GateTamperingDetector.FindTestCountDrop(before, now with { Tests = before.Tests }));
    }

    [Theory]
    [InlineData(100, 49, true)]
    [InlineData(100, 50, false)]
    [InlineData(9, 4, true)]
    [InlineData(8, 4, false)]
    [InlineData(8, 3, true)]
    [InlineData(7, 3, false)]
    [InlineData(3, 0, true)]
    [InlineData(0, 0, false)]
    public void OfResult_TestsOfTheLastRun_AreFarFewerBelowHalfAndByFive(int before, int now, bool isOdd) =>
        Assert.Equal(isOdd, GateTamperingDetector.OfResult([Verdict(before)], Verdict(now)) is not null);

    [Theory]
    [InlineData(10, 1.9, 2, true)]
    [InlineData(10, 2, 2, false)]
    [InlineData(9.9, 0.1, 2, false)]
    [InlineData(10, 1.9, 1, false)]
    public void OfResult_TimeOfEarlierRuns_IsFarMoreByFiveAndFromTenSeconds(double before, double now, int runs, bool isOdd)
    {
        var past = Enumerable.Repeat(Verdict(null, before), runs);

        Assert.Equal(isOdd, GateTamperingDetector.OfResult(past, Verdict(null, now))?.Kind == GateAnomalyKind.Faster);
        Assert.Null(GateTamperingDetector.OfResult(past, Verdict(null, now) with { Gate = new Gate("bench") { Expect = ">= 1" } }));
    }

    [Fact]
    public void OfResult_ReducedOnPurpose_IsNormalAfterFiveRuns()
    {
        GateVerdict[] past = [Verdict(312), .. Enumerable.Repeat(Verdict(4), 4)];

        Assert.Equal(GateAnomalyKind.FewerTestsThanLately, GateTamperingDetector.OfResult(past, Verdict(4))?.Kind);
        Assert.Null(GateTamperingDetector.OfResult([.. past, Verdict(4)], Verdict(4)));
    }

    private static GateVerdict Verdict(int? tests, double seconds = 1) =>
        new()
        {
            Gate = new Gate("make test"),
            Command = "make test",
            Result = GateResult.Passed,
            Tests = tests is { } n ? new TestCount(n, 0, n, []) : null,
            Duration = TimeSpan.FromSeconds(seconds),
            Runs = 1,
        };

    private static async Task<TamperFindings> FindAsync(
        string command,
        IReadOnlyList<string>? owned,
        string path,
        FileChange change,
        IReadOnlyList<FileDiff>? patch = null
    )
    {
        var file = new ChangedFile(path, change, "100644", "100644", new string('1', 40), new string('2', 40));
        var task = new PlanTask { Id = "a", FilesWrite = owned };
        return GateTamperingDetector.OfWork(
            task,
            await MeaningAsync(command, [file]),
            [file],
            patch ?? [],
            new TestCodeChanges([]),
            BaseSuiteVerdict.NotRun,
            []
        );
    }

    private static Task<GateInputFiles> MeaningAsync(string command, IReadOnlyList<ChangedFile> changed) =>
        GateInputFiles.OfAsync(
            [new Gate(command)],
            ["check.sh", "src/a.py"],
            changed,
            _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes("true\n")),
            _ => Task.FromResult<byte[]?>([])
        );
}
