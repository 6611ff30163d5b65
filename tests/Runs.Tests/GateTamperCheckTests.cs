using Orchestrator.Git.Commits;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class GateTamperCheckTests
{
    private static readonly PlanTask Work = new() { Id = "a", FilesWrite = ["src/**", "tests/**", "check.sh"] };

    [Theory]
    [InlineData("./scripts/check.sh --all", "scripts/check.sh", FileChange.Modified, "scripts/check.sh")]
    [InlineData("sh check.sh", "check.sh", FileChange.Deleted, "check.sh")]
    [InlineData("npm test", "package.json", FileChange.Modified, "package.json")]
    [InlineData("python -m pytest -q", "tests/conftest.py", FileChange.Modified, "conftest.py")]
    [InlineData("pytest tests", "tests/test_a.py", FileChange.Deleted, "deleted the test")]
    [InlineData("dotnet test", "tests/A.Tests/ParserTests.cs", FileChange.Deleted, "deleted the test")]
    public void Changes_WhatDecidesAGate_AreNamed(string command, string path, FileChange change, string said) =>
        Assert.Contains(
            said,
            Assert.Single(GateTamperCheck.Changes(Work, [new Gate(command)], [File(path, change)], "")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("sh check.sh", "check.sh", FileChange.Modified)] // The plan names it: it was approved with the plan.
    [InlineData("pytest tests/test_a.py", "tests/test_a.py", FileChange.Modified)]
    [InlineData("npm test", "src/index.js", FileChange.Modified)]
    [InlineData("npm test", "package.json", FileChange.Added)]
    [InlineData("make check", "docs/Makefile.md", FileChange.Modified)]
    public void Changes_OrdinaryWork_IsNotNamed(string command, string path, FileChange change) =>
        Assert.Empty(GateTamperCheck.Changes(Work, [new Gate(command)], [File(path, change)], ""));

    [Fact]
    public void Changes_TestMoved_IsNotNamed() =>
        Assert.Empty(
            GateTamperCheck.Changes(
                Work,
                [new Gate("pytest")],
                [File("tests/test_a.py", FileChange.Deleted), File("tests/test_b.py", FileChange.Added)],
                ""
            )
        );

    [Theory]
    [InlineData("+    @pytest.mark.skip(reason='later')\n", 1)]
    [InlineData("+  it.skip('works', () => {\n+    [Fact(Skip = \"x\")]\n", 2)]
    [InlineData("-  xit('works')\n+  it('works')\n", 0)]
    [InlineData("-  xit('works')\n+  xit('works better')\n", 0)]
    public void Changes_TestsSwitchedOff_AreCounted(string patch, int count) =>
        Assert.Equal(
            count,
            GateTamperCheck
                .Changes(Work, [], [File("tests/a.spec.js", FileChange.Modified)], patch)
                .Count(c => c.Contains($"switches {count} ", StringComparison.Ordinal)) * count
        );

    private static ChangedFile File(string path, FileChange change) =>
        new(path, change, "100644", "100644", new string('1', 40), new string('1', 40));
}
