using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskSelectionTests
{
    [Theory]
    [InlineData(null, null, "check deploy")]
    [InlineData("", null, "check deploy")]
    [InlineData("build", null, "build")]
    [InlineData("deploy build", "check", "build deploy")]
    [InlineData(null, "build", "check deploy")]
    [InlineData(null, "check", "check deploy")]
    [InlineData(null, "deploy", "deploy")]
    [InlineData("chekc", null, "chekc", "There is no task 'chekc' in the plan; 'check' is near.")]
    [InlineData("build zzzzzzzz", null, "build zzzzzzzz", "There is no task 'zzzzzzzz' in the plan.")]
    [InlineData(null, "chekc", "", "There is no phase 'chekc' in the plan; 'check' is near.")]
    public void Of_NamedTasksOrPhase_AreThoseToRun(string? only, string? phase, string selected, params string[] expected)
    {
        Plan plan = new()
        {
            Tasks =
            [
                new PlanTask { Id = "build", Status = PlanTaskStatus.Completed },
                new PlanTask { Id = "check" },
                new PlanTask { Id = "deploy" },
            ],
        };
        var faults = new List<string>();

        var found = TaskSelection.Of(plan, only?.Split(' ', StringSplitOptions.RemoveEmptyEntries), phase, faults);

        Assert.Equal(selected, string.Join(' ', found.Order(StringComparer.Ordinal)));
        Assert.Equal(expected, faults);
    }
}
