using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

public sealed class TaskGraphReaderTests
{
    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names =>
        [
            .. Directory
                .EnumerateFiles(ApprovedByUserReason.Folder("Plans"))
                .Select(f => Path.GetFileName(f))
                .Where(f => !f.EndsWith(".approved.txt", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_ExampleFile_GivesTheApprovedOutput(string file)
    {
        var path = Path.Combine(ApprovedByUserReason.Folder("Plans"), file);

        var result = TaskGraphReader.Read(File.ReadAllBytes(path), file);

        ApprovedByUserReason.Check($"{path}.approved.txt", ApprovedByUserReason.Describe(result));
        Assert.Equal(!file.StartsWith("bad-", StringComparison.Ordinal), result.IsValid);
    }

    [Theory]
    [InlineData("critical", 100, 1)]
    [InlineData("High", 50, 2)]
    [InlineData("medium", 0, 3)]
    [InlineData("low", -50, 4)]
    [InlineData("-51", -51, 5)]
    [InlineData("7", 7, 2)]
    [InlineData("101", null, 0)]
    [InlineData("urgent", null, 0)]
    public void Read_PriorityOfThePlan_IsOnTheScaleOfRuns(string text, int? expected, int key)
    {
        var read = TaskGraphReader.Read($"priority: {text}\ntasks: [{{ id: a, description: A, files_write: [a.txt] }}]\n", "tasks.yaml");

        Assert.Equal(expected, read.Plan?.Priority);
        Assert.Equal(expected is null ? "bad-value" : null, read.Errors.SingleOrDefault()?.Code);
        if (expected is { } priority)
        {
            Assert.Equal(key, RunPriority.ToTaskQueueKey(priority));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_PrintedPlan_IsTheSamePlan(string file)
    {
        var result = TaskGraphReader.Read(File.ReadAllBytes(Path.Combine(ApprovedByUserReason.Folder("Plans"), file)), file);
        if (result.Plan is null)
        {
            Assert.NotEmpty(result.Errors);
            return;
        }

        var again = TaskGraphReader.Read(PlanJson.WriteIndented(result.Plan), "printed.json");

        Assert.Equal(PlanJson.WriteIndented(result.Plan), PlanJson.WriteIndented(again.Plan!));
    }

    [Fact]
    public void Read_MeasurementWithoutAName_IsRefused()
    {
        var read = TaskGraphReader.Read(
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], measurements: [{command: ./m, expect: '>= 1'}]}\n",
            "tasks.yaml"
        );

        Assert.Null(read.Plan);
        Assert.Contains("The measurement has no name.", string.Join('\n', read.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Errors_AlwaysNamePlaceAndCure()
    {
        foreach (var file in Names)
        {
            var result = TaskGraphReader.Read(File.ReadAllBytes(Path.Combine(ApprovedByUserReason.Folder("Plans"), file)), file);

            Assert.All(
                result.Faults,
                f =>
                {
                    Assert.True(f.Line > 0 || f.Code is "file-too-large", f.ToString());
                    Assert.NotEmpty(f.Cure);
                    Assert.Equal(file, f.File);
                }
            );
        }
    }

    [Fact]
    public void Read_TenMegabytes_IsRefused()
    {
        var content = new byte[10_000_000];
        Array.Fill(content, (byte)'a');

        var result = TaskGraphReader.Read(content, "tasks.yaml");

        Assert.Equal("file-too-large", Assert.Single(result.Errors).Code);
    }

    [Fact]
    public void Read_BillionLaughs_IsRefused()
    {
        var text = new System.Text.StringBuilder("x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"x{i}: &x{i} [{string.Join(", ", Enumerable.Repeat($"*x{i - 1}", 9))}]\n"
            );
        }

        var result = TaskGraphReader.Read(text + "tasks: []\n", "bomb.yaml");

        Assert.Equal("too-many-values", Assert.Single(result.Errors).Code);
    }

    [Theory]
    [InlineData("tasks.yaml")]
    [InlineData("tasks.json")]
    public void Read_DeepNesting_IsRefused(string file)
    {
        var result = TaskGraphReader.Read(new string('[', 100_000), file);

        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public void Read_Utf16_Works()
    {
        byte[] content =
        [
            .. System.Text.Encoding.Unicode.GetPreamble(),
            .. System.Text.Encoding.Unicode.GetBytes("tasks:\n- id: a\n  description: ü\n  files_write: []\n"),
        ];

        Assert.Equal("ü", TaskGraphReader.Read(content, "tasks.yaml").Plan!.Tasks[0].Description);
    }

    [Theory]
    [InlineData(new byte[] { 0x74, 0x00, 0x61, 0x00 }, "binary-file")]
    [InlineData(new byte[] { 0x74, 0x3a, 0x20, 0xe9, 0x0a }, "encoding")]
    [InlineData(new byte[0], "empty-file")]
    public void Read_NoText_IsRefusedWithItsReason(byte[] content, string code) =>
        Assert.Equal(code, Assert.Single(TaskGraphReader.Read(content, "tasks.yaml").Errors).Code);

    [Fact]
    public void AsStrict_Warning_RefusesThePlan()
    {
        var result = TaskGraphReader.Read("tasks:\n- id: a\n  description: x\n  file_write: [a]\n", "tasks.yaml");

        Assert.True(result.IsValid);
        Assert.False(result.AsStrict().IsValid);
        Assert.Contains("Did you mean 'files_write'?", Assert.Single(result.Warnings).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void RefuseLinks_PathThroughALinkOutside_IsAnErrorAtItsPlace()
    {
        var asked = new List<string>();
        var result = TaskGraphReader
            .Read("tasks:\n- id: a\n  description: x\n  files_write: [out/deep/x.py, src/*.py, src/y.py]\n", "tasks.yaml")
            .RefuseLinks(path =>
            {
                asked.Add(path);
                return path == "out/deep" ? "/elsewhere" : null;
            });

        var fault = Assert.Single(result.Errors);
        Assert.False(result.IsValid);
        Assert.Equal(("bad-path", 4), (fault.Code, fault.Line));
        Assert.Contains("'out/deep' is a link to /elsewhere", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["out", "out/deep", "src", "src/y.py"], asked);
    }
}
