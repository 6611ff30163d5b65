using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.MasterPlans;

public sealed class MasterPlanReaderTests
{
    private const string MasterFile = "docs/master-plan.md";

    public static TheoryData<string> Sets => [.. Names];

    private static IEnumerable<string> Names => Directory.EnumerateDirectories(Approved.Folder("Plans")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Read_ExampleSet_GivesTheApprovedOutput(string set)
    {
        PlanReadResult result = Read(set);

        Approved.Check(Path.Combine(Approved.Folder("Plans"), set, "approved.txt"), Approved.Describe(result));
        Assert.Equal(!set.StartsWith("bad-", StringComparison.Ordinal), result.IsValid);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Read_PrintedAsTaskGraph_IsTheSamePlan(string set)
    {
        PlanReadResult result = Read(set);
        if (result.Plan is null)
        {
            Assert.NotEmpty(result.Errors);
            return;
        }

        PlanReadResult again = TaskGraphReader.Read(PlanJson.WriteIndented(result.Plan), "printed.json");

        Assert.Equal(PlanJson.WriteIndented(result.Plan), PlanJson.WriteIndented(again.Plan!));
    }

    [Fact]
    public void Update_SomePhases_ChangesOnlyTheirStatusCells()
    {
        const string text = "x | y\n\n| Phase | Title           | Status   |\r\n|---|---|---|\r\n| 1 | [A | B](a.md) | **Done** |\n| 2 | [B](b.md)  | Pending  |\n| 3 | [C](c.md) | Pending\n\n| 2 | prose |\n";

        string updated = MasterPlanStatus.Update(text.Replace("A | B", "A \\| B", StringComparison.Ordinal), new Dictionary<string, string> { ["1"] = "Completed", ["2"] = "Completed", ["3"] = "Failed" });

        Assert.Equal("x | y\n\n| Phase | Title           | Status   |\r\n|---|---|---|\r\n| 1 | [A \\| B](a.md) | **Done** |\n| 2 | [B](b.md)  | Completed |\n| 3 | [C](c.md) | Failed \n\n| 2 | prose |\n", updated);
    }

    [Fact]
    public void Update_Nothing_IsTheSameText()
    {
        foreach (string set in Names)
        {
            string text = File.ReadAllText(Path.Combine(Approved.Folder("Plans"), set, MasterFile));

            Assert.Equal(text, MasterPlanStatus.Update(text, new Dictionary<string, string>()));
        }
    }

    private static PlanReadResult Read(string set)
    {
        string root = Path.Combine(Approved.Folder("Plans"), set);
        return MasterPlanReader.Read(File.ReadAllBytes(Path.Combine(root, MasterFile)), MasterFile, path =>
        {
            string full = Path.Combine(root, path);
            return File.Exists(full) ? File.ReadAllBytes(full) : null;
        });
    }
}
