using Xunit;

namespace Orchestrator.Plans.Tests;

public class BacklogTaskAppenderTests
{
    private static readonly Backlog Before = new([
        new BacklogTask { Id = "1", Title = "Old" },
        new BacklogTask
        {
            Id = "7",
            Title = "Seven",
            Subtasks = [new BacklogTask { Id = "7.2", Title = "Part" }],
        },
    ]);

    private static readonly BacklogTask[] New =
    [
        new()
        {
            Id = "1",
            Title = "Model",
            Description = "The model",
        },
        new()
        {
            Id = "2",
            Title = "Screen",
            Description = "The screen",
            Dependencies = ["1"],
            Priority = "high",
        },
    ];

    [Fact]
    public void AddTasks_Twice_AddsOnceUnderTheNextNumbers()
    {
        (var once, var ids) = Before.AddTasks(New);
        (var twice, var again) = once.AddTasks(New);

        Assert.Equal(["8", "9"], ids);
        Assert.Equal(ids, again);
        Assert.Equal(["1", "7", "8", "9"], twice.Tasks.Select(t => t.Id));
        Assert.Equal(("high", "8"), (twice.Find("9")!.Priority, Assert.Single(twice.Find("9")!.Dependencies)));
    }

    [Fact]
    public void AddSubtasks_Twice_AddsOnceBehindTheOldOnes()
    {
        (var once, var ids) = Before.AddSubtasks("7", New);
        (var twice, _) = once.AddSubtasks("7", New);

        Assert.Equal(["7.3", "7.4"], ids);
        Assert.Equal(["7.2", "7.3", "7.4"], twice.Find("7")!.Subtasks.Select(s => s.Id));
        Assert.Equal(["7.3"], twice.Find("7.4")!.Dependencies);
    }

    [Fact]
    public void Links_IdsWithHyphens_FindTheLongestOwnerAndNameWhatIsMissing()
    {
        var plan = new Plan { Tasks = [Task("1"), Task("1-2"), Task("1-2-tests"), Task("12"), Task("3-api")] };

        var links = BacklogPlanningRequestRenderer.Links(plan, ["1", "1-2", "3", "4"], out var faults);

        Assert.Equal(["1"], links["1"]);
        Assert.Equal(["1-2", "1-2-tests"], links["1-2"]);
        Assert.Equal(["3-api"], links["3"]);
        Assert.Equal(2, faults.Count);
        Assert.Contains("'12'", faults[0], StringComparison.Ordinal);
        Assert.Contains("'4'", faults[1], StringComparison.Ordinal);
    }

    private static PlanTask Task(string id) => new() { Id = id, Description = id };
}
