using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.MasterPlans;

public sealed class MasterPlanReaderTests
{
    private const string MasterFile = "docs/master-plan.md";

    public static TheoryData<string> Sets => [.. Names];

    private static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(ApprovedByUserReason.Folder("Plans")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Read_ExampleSet_GivesTheApprovedOutput(string set)
    {
        var result = Read(set);

        ApprovedByUserReason.Check(
            Path.Combine(ApprovedByUserReason.Folder("Plans"), set, "approved.txt"),
            ApprovedByUserReason.Describe(result)
        );
        Assert.Equal(!set.StartsWith("bad-", StringComparison.Ordinal), result.IsValid);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Read_PrintedAsTaskGraph_IsTheSamePlan(string set)
    {
        var result = Read(set);
        if (result.Plan is null)
        {
            Assert.NotEmpty(result.Errors);
            return;
        }

        var again = TaskGraphReader.Read(PlanJson.WriteIndented(result.Plan), "printed.json");

        Assert.Equal(PlanJson.WriteIndented(result.Plan), PlanJson.WriteIndented(again.Plan!));
    }

    [Theory]
    [InlineData("- ", 400)]
    [InlineData("> ", 400)]
    [InlineData("[", 20_000)]
    [InlineData("**a ", 20_000)]
    [InlineData("<!-- ", 20_000)]
    [InlineData("`a ``b ", 5_000)]
    public void Read_NestedBeyondReason_IsReadWithTheRowAfterIt(string piece, int times)
    {
        var text =
            string.Concat(Enumerable.Repeat(piece, times)) + "-->\n\n| Phase | Title | Status |\n|---|---|---|\n| 1 | [A](a.md) | Done |\n";

        var result = MasterPlanReader.Read(System.Text.Encoding.UTF8.GetBytes(text), MasterFile, _ => null);

        Assert.Equal(["1"], result.Plan!.Tasks.Select(t => t.Id));
    }

    [Theory]
    [InlineData("**a ")]
    [InlineData("[")]
    [InlineData("](")]
    [InlineData("`")]
    public void Read_CellOfMarksWithoutEnd_IsItsTextAsItStands(string piece)
    {
        foreach (var times in (int[])[500, 20_000])
        {
            var cell = string.Concat(Enumerable.Repeat(piece, times)).Trim();
            var text = $"| Phase | Title | Status |\n|---|---|---|\n| 1 | {cell} | Done |\n";

            var result = MasterPlanReader.Read(System.Text.Encoding.UTF8.GetBytes(text), MasterFile, _ => null);

            Assert.Contains(Assert.Single(result.Plan!.Tasks).Description, cell, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_BadRowBelowFencesAndComments_NamesItsLineAndColumn()
    {
        const string text =
            "---\na: b\n---\n<!-- x\n| 9 | [Z](z.md) | Done |\n-->\n```\n| 8 |\n```\r\n| Phase | Title | Status |\n|---|---|---|\n| 1 | "
            + "<!-- | --> [A](a.md) | Done | more |\n";

        var result = MasterPlanReader.Read(System.Text.Encoding.UTF8.GetBytes(text), MasterFile, _ => null);

        var fault = Assert.Single(result.Errors, f => f.Code == "bad-row");
        Assert.Equal((12, 37), (fault.Line, fault.Column));
    }

    [Fact]
    public void Update_SomePhases_ChangesOnlyTheirStatusCells()
    {
        const string text =
            "x | y\n\n| Phase | Title           | Status   |\r\n|---|---|---|\r\n| 1 | [A | B](a.md) | **Done** |\n| 2 | [B](b.md)  | "
            + "Pending  |\n| 3 | [C](c.md) | Pending\n\n| 2 | prose |\n";

        var updated = MasterPlanStatus.Update(
            text.Replace("A | B", "A \\| B", StringComparison.Ordinal),
            new Dictionary<string, string>
            {
                ["1"] = "Completed",
                ["2"] = "Completed",
                ["3"] = "Failed",
            }
        );

        Assert.Equal(
            "x | y\n\n| Phase | Title           | Status   |\r\n|---|---|---|\r\n| 1 | [A \\| B](a.md) | **Done** |\n| 2 | [B](b.md)  | "
                + "Completed |\n| 3 | [C](c.md) | Failed \n\n| 2 | prose |\n",
            updated
        );
    }

    [Fact]
    public void Update_Nothing_IsTheSameText()
    {
        foreach (var set in Names)
        {
            var text = File.ReadAllText(Path.Combine(ApprovedByUserReason.Folder("Plans"), set, MasterFile));

            Assert.Equal(text, MasterPlanStatus.Update(text, new Dictionary<string, string>()));
        }
    }

    private static PlanReadResult Read(string set)
    {
        var root = Path.Combine(ApprovedByUserReason.Folder("Plans"), set);
        return MasterPlanReader.Read(
            File.ReadAllBytes(Path.Combine(root, MasterFile)),
            MasterFile,
            path =>
            {
                var full = Path.Combine(root, path);
                return File.Exists(full) ? File.ReadAllBytes(full) : null;
            }
        );
    }
}
