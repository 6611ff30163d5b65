using System.Text;
using Orchestrator.Plans.Readers.Backlogs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.Backlogs;

/// <summary>A task of a backlog that names the tasks which wait for it.</summary>
public sealed class BlockedTaskDependencyAdderTests
{
    [Theory]
    [InlineData("\"blocks\":[2]", "", "1")]
    [InlineData("\"blocks\":\"2\"", "", "1")]
    [InlineData("\"unblocks\":\"3, 2\"", "", "1")]
    [InlineData("\"requiredBy\":[\"2\"]", "\"dependencies\":[3]", "3 1")]
    [InlineData("\"blocks\":[2],\"before\":2", "\"dependencies\":[1]", "1")]
    public void Read_TaskThatBlocksOthers_MakesThemDependOnIt(string first, string second, string dependencies)
    {
        var read = Read($$"""{"tasks":[{"id":1,{{first}}},{"id":2{{(second.Length == 0 ? "" : "," + second)}}},{"id":3}]}""");

        Assert.Equal(dependencies.Split(' '), read.File!.Backlog.Find("2")!.Dependencies);
        Assert.Equal("1", Assert.Single(read.File.Backlog.ToPlan().Plan.Tasks, task => task.Id == "2").DependsOn[^1]);
        Assert.Equal(second.Contains('1', StringComparison.Ordinal) ? [] : ["other-key"], read.Faults.Select(fault => fault.Code));
    }

    [Fact]
    public void Read_SubtasksThatBlock_MeanSiblingsFirst()
    {
        var backlog = Read(
            """{"tasks":[{"id":1,"subtasks":[{"id":1,"blocks":[2,"2.1"]},{"id":2}]},{"id":2,"subtasks":[{"id":1}]}]}"""
        ).File!.Backlog;

        Assert.Equal(["1.1"], backlog.Find("1.2")!.Dependencies);
        Assert.Equal(["1.1"], backlog.Find("2.1")!.Dependencies);
        Assert.Empty(backlog.Find("2")!.Dependencies);
    }

    [Theory]
    [InlineData("""{"tasks":[{"id":1,"blocks":[7]}]}""", "unknown-dependency", FaultSeverity.Warning)]
    [InlineData("""{"tasks":[{"id":1,"dependencies":[2],"blocks":[2]},{"id":2}]}""", "cycle", FaultSeverity.Error)]
    [InlineData("""{"tasks":[{"id":1,"blocks":[1]}]}""", "self-dependency", FaultSeverity.Error)]
    public void Read_BlocksThatNobodyCanKeep_AreNamed(string text, string code, FaultSeverity severity) =>
        Assert.Contains(Read(text).Faults, fault => fault.Code == code && fault.Severity == severity);

    [Theory]
    [InlineData("""{"id":1,"blocks":[2,3]},{"id":2},{"id":3}""", "update", """{"id":1,"blocks":[3]},{"id":2},{"id":3}""")]
    [InlineData("""{"id":1,"blocks":"2, 3"},{"id":2},{"id":3}""", "update", """{"id":1,"blocks":"3"},{"id":2},{"id":3}""")]
    [InlineData("""{"id":1,"blocks":2},{"id":2},{"id":3}""", "update", """{"id":1,"blocks":null},{"id":2},{"id":3}""")]
    [InlineData(
        """{"id":1,"blocks":[2]},{"id":2,"dependencies":[1,3]},{"id":3}""",
        "update",
        """{"id":1,"blocks":[]},{"id":2,"dependencies":[]},{"id":3}"""
    )]
    [InlineData("""{"id":1,"blocks":[3,2]},{"id":2},{"id":3}""", "delete", """{"id":1,"blocks":[3]},{"id":3}""")]
    [InlineData(
        """{"id":1,"blocks":[2]},{"id":2,"dependencies":[3]},{"id":3}""",
        "done",
        """{"id":1,"blocks":[2]},{"id":2,"dependencies":[3],"status":"done"},{"id":3}"""
    )]
    public void Write_TaskThatIsBlocked_LeavesAllOtherBytes(string before, string change, string after)
    {
        var file = Read($"[{before}]").File!;
        var changed = change switch
        {
            "update" => file.Backlog.Change("2", task => task with { Dependencies = [] }),
            "delete" => file.Backlog.Delete("2"),
            _ => file.Backlog.SetStatus("2", BacklogStatus.Done),
        };

        var written = file.Write(changed);

        Assert.Equal($"[{after}]", Encoding.UTF8.GetString(written));
        Assert.True(BacklogReader.Read(written, "tasks.json").File!.Backlog.HasSameContent(changed));
    }

    private static BacklogReadResult Read(string text) => BacklogReader.Read(Encoding.UTF8.GetBytes(text), "tasks.json");
}
