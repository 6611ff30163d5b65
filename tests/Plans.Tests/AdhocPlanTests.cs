using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class AdhocPlanTests
{
    [Fact]
    public void Of_Texts_MakesATaskOfEachThatMayRunBesideOthers()
    {
        var plan = AdhocPlan.Of(["Fix the login page", "  Fix the login page\n\nIt shows no name. ", "修复登录页面", "--help"]);

        Assert.Equal(
            [
                ("fix-the-login-page", "Fix the login page", null),
                ("fix-the-login-page-it-shows-no-name", "Fix the login page", "Fix the login page\n\nIt shows no name."),
                ("task", "修复登录页面", null),
                ("help", "--help", (string?)null),
            ],
            plan.Tasks.Select(task => (task.Id, task.Description, task.Prompt))
        );
        Assert.All(plan.Tasks, task => Assert.True(task is { Parallel: true, FilesWrite: null, DependsOn.Count: 0 }));
        Assert.All(plan.Tasks, task => Assert.Null(TaskId.Fault(task.Id)));
        Assert.StartsWith("4 tasks side by side: Fix the login page; ", plan.Request, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SameTextSeveralTimes_GivesEachAnIdOfItsOwnAlsoBesideOthers()
    {
        var plan = AdhocPlan.Of(["Speed it up", "speed it up"], times: 2, taken: ["SPEED-IT-UP-1"]);

        Assert.Equal(["speed-it-up-1-2", "speed-it-up-2", "speed-it-up-1-3", "speed-it-up-2-2"], plan.Tasks.Select(task => task.Id));
    }

    [Fact]
    public void Of_LongText_KeepsAllOfItAsThePromptBesideAShortTitle()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 100));

        var task = Assert.Single(AdhocPlan.Of([text]).Tasks);

        Assert.Equal(text, task.Prompt);
        Assert.Equal(120, task.Description.Length);
        Assert.InRange(task.Id.Length, 10, 40);
    }

    [Theory]
    [InlineData("The task describes no work: it is empty.", "")]
    [InlineData("The task describes no work: it is empty.", " \n ")]
    [InlineData("The task describes no work: it contains no words.", "...")]
    [InlineData("Task 2 describes no work: it is empty.", "A", "")]
    [InlineData("The command names no task.")]
    [InlineData(null, "A")]
    public void Fault_OfTexts_NamesTheFirst(string? fault, params string[] texts) => Assert.Equal(fault, AdhocPlan.Fault(texts));

    [Fact]
    public void Fault_TooManyOrTooLong_NamesTheLimit()
    {
        Assert.Equal("201 tasks were given; at most 200 can be spawned at once.", AdhocPlan.Fault(["A"], 201));
        Assert.Contains("at most 100000", AdhocPlan.Fault([new string('a', 100_001)]), StringComparison.Ordinal);
        Assert.Contains("2147483647 tasks were given", AdhocPlan.Fault(["A"], int.MaxValue), StringComparison.Ordinal);
    }
}
