using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Backlogs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.Backlogs;

public class PlannerBacklogAnswerParserTests
{
    [Fact]
    public void Read_TasksInWords_AreTaken()
    {
        (var tasks, var faults) = PlannerBacklogAnswerParser.Read(
            """Here: {"tasks":[{"id":1,"title":"A","description":"a","dependencies":[]},"""
                + """{"id":2,"title":"B","description":"b","priority":"high","complexity":7,"status":"done","dependencies":[1]}]} Bye."""
        );

        Assert.Empty(faults);
        Assert.Equal(
            ("B", "high", "pending", "1"),
            (tasks[1].Title, tasks[1].Priority, tasks[1].Status, Assert.Single(tasks[1].Dependencies))
        );
    }

    [Theory]
    [InlineData(null, "no-answer")]
    [InlineData("{\"tasks\":[{\"id\":1,", "cut-answer")]
    [InlineData("{\"tasks\":[]}", "no-tasks")]
    [InlineData("{\"tasks\":[{\"id\":1,\"title\":\" \"}]}", "no-title")]
    [InlineData("{\"tasks\":[{\"id\":1,\"title\":\"A\",\"dependencies\":[2]},{\"id\":2,\"title\":\"B\",\"dependencies\":[1]}]}", "cycle")]
    public void Read_Unusable_SaysWhy(string? answer, string code)
    {
        (var tasks, var faults) = PlannerBacklogAnswerParser.Read(answer);

        Assert.Empty(tasks);
        Assert.Contains(faults, fault => fault.Code == code);
    }

    [Fact]
    public void Schema_IsJson() => Assert.NotNull(JsonNode.Parse(PlannerBacklogAnswerParser.Schema));
}
