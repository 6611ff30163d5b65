using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class BacklogTests
{
    [Fact]
    public void Next_ReadyTasks_GoByPriorityThenDependenciesThenNumber()
    {
        Backlog backlog = new([
            Task("1", "done"),
            Task("10"),
            Task("2"),
            Task("3", priority: "high", dependencies: ["1"]),
            Task("4", priority: "high", dependencies: ["2"]),
            Task("5", "blocked", "critical"),
        ]);

        Assert.Equal("3", backlog.Next()!.Id);
        backlog = backlog.SetStatus("3", "done");
        Assert.Equal("2", backlog.Next()!.Id);
        backlog = backlog.SetStatus("2", "in-progress");
        Assert.Equal("10", backlog.Next()!.Id);
        backlog = backlog.SetStatus("10", "done").SetStatus("2", "done");
        Assert.Equal("4", backlog.Next()!.Id);
        Assert.Null(backlog.SetStatus("4", "cancelled").Next());
    }

    [Fact]
    public void Next_FewerDependencies_GoFirst() =>
        Assert.Equal("3", new Backlog([Task("1", "done"), Task("2", dependencies: ["1"]), Task("3")]).Next()!.Id);

    [Fact]
    public void SetStatus_DoneTask_HasDoneSubtasks()
    {
        Backlog backlog = new([Task("1") with { Subtasks = [Task("1.1"), Task("1.2")] }]);

        Assert.All(backlog.SetStatus("1", "done").All, t => Assert.Equal("done", t.Status));
        Assert.Equal(["pending", "pending", "done"], backlog.SetStatus("1.2", "done").All.Select(t => t.Status));
    }

    [Fact]
    public void Delete_Task_IsNobodysDependency()
    {
        Backlog backlog = new([
            Task("1") with
            {
                Subtasks = [Task("1.1")],
            },
            Task("2", dependencies: ["1", "1.1"]),
            Task("3", dependencies: ["2"]),
        ]);

        var without = backlog.Delete("1");

        Assert.Equal(["2", "3"], without.Tasks.Select(t => t.Id));
        Assert.Empty(without.Graph().Faults);
        Assert.Empty(without.Find("2")!.Dependencies);
    }

    [Fact]
    public void Add_Task_TakesTheNextNumber() => Assert.Equal("11", new Backlog([Task("2"), Task("10")]).Add(Task("")).Added.Id);

    [Fact]
    public void Faults_CyclesAndMissing_AreReported()
    {
        Backlog backlog = new([Task("1", dependencies: ["2"]), Task("2", dependencies: ["1"]), Task("3", dependencies: ["9"])]);

        Assert.Equal([GraphFaultKind.UnknownDependency, GraphFaultKind.Cycle], backlog.Graph().Faults.Select(f => f.Kind));
    }

    [Fact]
    public void ToPlan_PendingTasks_KeepTheirOrderAndLeaveOutWhatCannotStart()
    {
        Backlog backlog = new([
            Task("1", "done"),
            Task("2", dependencies: ["1"]) with
            {
                Description = "Do it",
                TestStrategy = "Run it",
                Subtasks = [Task("2.1", "done"), Task("2.2")],
            },
            Task("3", dependencies: ["2.2"]),
            Task("4", "deferred"),
            Task("5", dependencies: ["4"]),
            Task("6", dependencies: ["5"]),
        ]);

        (var plan, var leftOut) = backlog.ToPlan();

        Assert.Equal(["2:", "3:2"], plan.Tasks.Select(t => $"{t.Id}:{string.Join(',', t.DependsOn)}"));
        Assert.Equal(["5", "6"], leftOut.Select(t => t.Id));
        Assert.Equal("Do it\n\nHow it is tested: Run it", plan.Tasks[0].Prompt);
        Assert.Equal([true, false], plan.Tasks[0].Checklist.Select(c => c.Completed));
    }

    [Theory]
    [InlineData("2", "10", -1)]
    [InlineData("3.2", "3.10", -1)]
    [InlineData("3", "3.1", -1)]
    [InlineData("b", "a", 1)]
    public void IdOrder_Numbers_CountAsPeopleDo(string a, string b, int expected) =>
        Assert.Equal(expected, Math.Sign(BacklogIdOrder.Instance.Compare(a, b)));

    private static BacklogTask Task(string id, string status = "pending", string priority = "medium", string[]? dependencies = null) =>
        new()
        {
            Id = id,
            Title = $"Task {id}",
            Status = status,
            Priority = priority,
            Dependencies = dependencies ?? [],
        };
}
