using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

public class PlannerAnswerTests
{
    private const string Whole =
        """{"tasks":[{"id":"a","description":"A","prompt":"Do A","files_write":["a.txt"],"depends_on":[],"verification":["test """
        + """-s a.txt"],"agent":"robot","model":"huge","status":"completed"}]}""";

    [Theory]
    [InlineData("{0}")]
    [InlineData("Here {{it}} is:\n```json\n{0}\n```\nI hope that {{modified_files}} helps.")]
    [InlineData("{{}} {{\"cut\": [1, {0}")]
    public void Read_JsonInWords_IsThePlanWithoutWhatPeopleDecide(string around)
    {
        var read = PlannerAnswer.Read(string.Format(System.Globalization.CultureInfo.InvariantCulture, around, Whole), "do A", "planner");

        Assert.Empty(read.Errors);
        var task = Assert.Single(read.Plan!.Tasks);
        Assert.Equal(("a", null, null, PlanTaskStatus.Pending), (task.Id, task.Agent, task.Model, task.Status));
        Assert.Equal("do A", read.Plan.Request);
    }

    /// <summary>A planner is a program that reads texts of others; it can't open the sandbox of its tasks.</summary>
    [Fact]
    public void Read_Hosts_AreLeftOut()
    {
        var answer = Whole.Replace(
            "[\"test -s a.txt\"]",
            "[{\"command\":\"test -s a.txt\",\"network\":[\"evil.example\"]}],\"network\":[\"evil.example\"]",
            StringComparison.Ordinal
        );

        var task = Assert.Single(PlannerAnswer.Read(answer, "do A", "planner").Plan!.Tasks);

        Assert.Contains("evil.example", answer, StringComparison.Ordinal);
        Assert.Equal((null, null), (task.Network, Assert.Single(task.Verification).Network));
        Assert.DoesNotContain("\"network\"", PlannerAnswer.Schema, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "no-answer")]
    [InlineData("I'd rather not.", "no-answer")]
    [InlineData("[1, 2]", "no-answer")]
    [InlineData("{\"tasks\":[{\"id\":\"a\",\"descr", "cut-answer")]
    [InlineData("{\"tasks\":[{\"id\":\"planner\",\"description\":\"A\"}]}", "reserved-id")]
    [InlineData("{\"tasks\":[{\"id\":\"a\",\"description\":\"A\",\"depends_on\":[\"b\"]}]}", "unknown-dependency")]
    [InlineData("{\"tasks\":[{\"id\":\"a\",\"id\":\"b\",\"description\":\"A\"}]}", "duplicate-key")]
    public void Read_NoPlan_SaysWhy(string? answer, string code)
    {
        var read = PlannerAnswer.Read(answer, "do A", "planner");

        Assert.Null(read.Plan);
        Assert.Contains(read.Errors, f => f.Code == code);
    }

    [Fact]
    public void Read_FaultInOneLineOfJson_HasALineOfItsOwn() =>
        Assert.True(PlannerAnswer.Read(Whole.Replace("[]", "[\"zz\"]", StringComparison.Ordinal), "do A", "planner").Errors[0].Line > 5);

    [Fact]
    public void Read_CutAnywhere_NeverThrowsAndNeverGivesAPlan()
    {
        for (var length = 0; length < Whole.Length; length++)
        {
            Assert.Null(PlannerAnswer.Read(Whole[..length], "do A", "planner").Plan);
        }
    }

    [Fact]
    public void Schema_NamesNoDialectAndNothingThatPeopleDecide()
    {
        var schema = JsonNode.Parse(PlannerAnswer.Schema)!;

        Assert.Null(schema["$schema"]);
        var task = schema["$defs"]!["task"]!["properties"]!.AsObject();
        Assert.False(task.ContainsKey("agent"));
        Assert.All(schema["$defs"]!["task"]!["required"]!.AsArray(), name => Assert.True(task.ContainsKey((string)name!)));
    }
}
