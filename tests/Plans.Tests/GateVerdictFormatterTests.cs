using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class GateVerdictFormatterTests
{
    private static readonly FailureExplainingLine Decisive = new(12, "E   assert 8 == 9", "tests/test_add.py", 33);

    [Fact]
    public void Sentence_OfAFailure_LeadsWithItsDecisiveLine()
    {
        var verdict = Failed(Decisive);
        const string Shown = "E   assert 8 == 9 (tests/test_add.py:33)";

        Assert.All(
            [
                GateVerdictFormatter.Sentence(verdict),
                GateVerdictFormatter.Section(verdict),
                GateVerdictFormatter.FormatFailure(verdict),
                GateVerdictFormatter.Explain(verdict, "gate.log", ""),
                GateVerdictFormatter.OnlyAdvises(verdict, "gate.log"),
                GateVerdictFormatter.BeforeWork(verdict with { BeforeWork = GateBaseCommitComparisonResult.Other }),
                string.Join('\n', GateVerdictFormatter.Lines(verdict)),
            ],
            words => Assert.Contains(Shown, words, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("a_test.go:7: got 41, want 42", "a_test.go", 7, "a_test.go:7: got 41, want 42")]
    [InlineData("src/a.ts(3,1): error TS2304", "src/a.ts", 3, "src/a.ts(3,1): error TS2304")]
    [InlineData("FAILED tests/a.py::b", "tests/a.py", null, "FAILED tests/a.py::b")]
    [InlineData("no", null, null, "no")]
    [InlineData("error in a.c", "a.c", 3, "error in a.c (a.c:3)")]
    public void Decisive_LineThatNamesItsPlace_NamesItOnce(string text, string? file, int? line, string shown) =>
        Assert.Equal(shown, GateVerdictFormatter.Decisive(Failed(new FailureExplainingLine(1, text, file, line))));

    [Fact]
    public void Sentence_WithoutADecisiveLine_HasTheLastWords() =>
        Assert.EndsWith(": two / three.", GateVerdictFormatter.Sentence(Failed(null)), StringComparison.Ordinal);

    [Fact]
    public void Advice_GateThatWatchesOrRewrites_NamesTheCure()
    {
        var watching = Failed(null) with { Command = "jest --watch", Result = GateResult.TimedOut };
        var rewriting = Failed(null) with
        {
            Anomalies = [new GateAnomaly(GateAnomalyKind.ChangedFiles) { Files = new AbridgedFileList(["dist/a.js"], 2) }],
        };

        Assert.Contains("'jest', which checks once.", GateVerdictFormatter.Section(watching), StringComparison.Ordinal);
        Assert.Contains(
            "It rewrites tracked files, which were restored afterwards: dist/a.js and 2 more.",
            GateVerdictFormatter.Section(rewriting),
            StringComparison.Ordinal
        );
    }

    private static GateVerdict Failed(FailureExplainingLine? decisive) =>
        new()
        {
            Gate = new Gate("pytest", GateType.Test),
            Command = "pytest",
            Result = GateResult.Failed,
            Failure = GateFailure.Logic,
            ExitCode = 1,
            Decisive = decisive,
            Tail = decisive is null ? "two\nthree" : string.Concat(Enumerable.Range(1, 40).Select(i => $"line {i}\n")),
        };
}
