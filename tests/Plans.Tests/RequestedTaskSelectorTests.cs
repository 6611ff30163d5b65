using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class RequestedTaskSelectorTests
{
    [Theory]
    [InlineData(null, null, "check deploy")]
    [InlineData("", null, "check deploy")]
    [InlineData("build", null, "build")]
    [InlineData("deploy build", "check", "build deploy")]
    [InlineData(null, "build", "check deploy")]
    [InlineData(null, "check", "check deploy")]
    [InlineData(null, "deploy", "deploy")]
    [InlineData("chekc", null, "chekc", "The plan has no task 'chekc' (the nearest name is 'check').")]
    [InlineData("build zzzzzzzz", null, "build zzzzzzzz", "The plan has no task 'zzzzzzzz'.")]
    [InlineData(null, "chekc", "", "The plan has no phase 'chekc' (the nearest name is 'check').")]
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

        var found = RequestedTaskSelector.Of(plan, only?.Split(' ', StringSplitOptions.RemoveEmptyEntries), phase, faults);

        Assert.Equal(selected, string.Join(' ', found.Order(StringComparer.Ordinal)));
        Assert.Equal(expected, faults);
    }
}
