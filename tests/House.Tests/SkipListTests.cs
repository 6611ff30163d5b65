using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// <c>scripts/test</c> ends green on machines that lack something a test needs, such as bubblewrap, and on those that have it: its summary
/// is played here with results of both.
/// </summary>
public sealed class SkipListTests
{
    private static readonly string List = File.ReadAllText(RepositoryFiles.Path("tests/allowed-skips.txt"));
    private static readonly IReadOnlyList<string> Found = Find();

    [Fact]
    public async Task Summary_MachineThatSkipsAllItMay_Succeeds()
    {
        var summary = await SummarizeAsync(List, [.. Found.Select(test => (test, "NotExecuted"))]);

        Assert.True(summary.ExitCode == 0, summary.StandardOutput.Text);
        Assert.EndsWith($"0 passed, 0 failed, {Found.Count} skipped\n", summary.StandardOutput.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Summary_MachineThatSkipsNothing_Succeeds()
    {
        var summary = await SummarizeAsync(List, [.. Found.Select(test => (test, "Passed"))]);

        Assert.Equal((0, $"{Found.Count} passed, 0 failed, 0 skipped\n"), (summary.ExitCode, summary.StandardOutput.Text));
    }

    [Fact]
    public async Task Summary_TestThatIsNotOnTheList_FailsByItsName()
    {
        var test = Found.Single(name => name.Contains(".AgentApprovalTests.", StringComparison.Ordinal));
        var shorter = string.Join('\n', List.Split('\n').Where(line => !line.StartsWith(test, StringComparison.Ordinal)));

        var summary = await SummarizeAsync(shorter, [.. Found.Select(name => (name, "NotExecuted"))]);

        Assert.Equal(1, summary.ExitCode);
        Assert.Contains($"SKIPPED WITHOUT LEAVE {test}: ", summary.StandardOutput.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void List_NamesOnlyTestsThatAMachineMaySkip() =>
        Assert.Empty(
            from line in List.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            where !line.StartsWith('#')
            let name = line.Split(" # ")[0].Trim()
            where !Found.Any(test => name.EndsWith('*') ? test.StartsWith(name[..^1], StringComparison.Ordinal) : test == name)
            select $"{name} is not skipped anywhere: take it from the list"
        );

    [Fact]
    public void ConditionalTests_OfASource_AreThoseWithTheAttributeInAnyForm() =>
        Assert.Equal(
            ["A.B.OneTests.First", "A.B.OneTests.Second", "A.B.TwoTests.Third"],
            ConditionalTests.In(
                """
                namespace A.B;

                public sealed class OneTests
                {
                    [MoonFact]
                    public void First() { }

                    [Fact]
                    public void Always() => Assert.Equal([Path], Calls());

                    [Elsewhere.MoonFact(Timeout = 5)]
                    [InlineData(1)]
                    public Task Second(int number) => Call();
                }

                internal class TwoTests
                {
                    [Trait("Category", "Full")]
                    [MoonFact]
                    public async Task<int> Third() => 1;
                }
                """,
                ["MoonFact"]
            )
        );

    private static IReadOnlyList<string> Find()
    {
        var sources = ProjectFiles.Sources().Select(File.ReadAllText).ToList();
        var attributes = sources.SelectMany(ConditionalTests.AttributesIn).ToHashSet(StringComparer.Ordinal);
        return [.. sources.SelectMany(source => ConditionalTests.In(source, attributes))];
    }

    private static async Task<ProcessResult> SummarizeAsync(string list, IReadOnlyList<(string Name, string Outcome)> tests)
    {
        using var folder = new TempFolder();
        folder.Write(
            "results/all.trx",
            string.Concat(tests.Select(test => $"<UnitTestResult testName=\"{test.Name}\" outcome=\"{test.Outcome}\" />\n"))
        );
        var allowed = folder.Write("allowed.txt", list);
        return await new ProcessRunner().RunAsync(
            new ChildProcessOptions("node", RepositoryFiles.Path("scripts/test-summary.mjs"), folder["results"], allowed)
        );
    }
}
