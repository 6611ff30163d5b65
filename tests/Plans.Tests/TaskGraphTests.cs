using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskGraphTests
{
    [Fact]
    public void Waves_Diamond_AreThree()
    {
        var graph = Graph("a", "b:a", "c:a", "d:b,c");

        Assert.Equal(["a", "b c", "d"], graph.Waves.Select(w => string.Join(' ', w)));
        Assert.Equal(["b", "c"], graph.DependantsOf("a"));
        Assert.Equal(3, graph.WaveOf("d"));
        Assert.Empty(graph.Faults);
    }

    [Fact]
    public void CriticalPath_EstimatedTimes_IsTheLongestByTime()
    {
        var graph = TaskGraph.Of([
            new TaskNode("a", [], 5),
            new TaskNode("b", ["a"], 1),
            new TaskNode("c", ["b"], 1),
            new TaskNode("d", ["a"], 30),
        ]);

        Assert.Equal(["a", "d"], graph.CriticalPath);
        Assert.Equal(["a", "b", "c"], Graph("a", "b:a", "c:b", "d:a").CriticalPath);
    }

    /// <summary>Among tasks of equal time the first one counts. A task without a time has the average of the others.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("a=5 b=1", "a")]
    [InlineData("a=1 b=1", "a")]
    [InlineData("a=1 b:a=1 c=1.5", "a b")]
    [InlineData("a=5 b=1 d:a,b=1", "a d")]
    [InlineData("a=1 b=5 d:a,b=1", "b d")]
    [InlineData("a=1 b=1 d:a,b=1", "a d")]
    [InlineData("u zero=0 ten=10", "ten")]
    [InlineData("zero=0 y=6 z=6 u v:u", "u v")]
    [InlineData("y=6 negative=-9", "y")]
    [InlineData("x:y=9 y:x=9 a=1", "a")]
    public void CriticalPath_OfTasksInTheirOrder_IsTheLongest(string tasks, string expected)
    {
        var nodes = tasks
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(task =>
            {
                var (name, minutes) = (task.Split('=')[0].Split(':'), task.Split('='));
                double? time = minutes.Length > 1 ? double.Parse(minutes[1], System.Globalization.CultureInfo.InvariantCulture) : null;
                return new TaskNode(name[0], name.Length > 1 ? name[1].Split(',') : [], time);
            });

        Assert.Equal(expected, string.Join(' ', TaskGraph.Of(nodes).CriticalPath));
    }

    [Fact]
    public void Waves_TasksOfACycle_AreInNone() => Assert.Equal(["z"], Assert.Single(Graph("x:y", "y:x", "z").Waves));

    [Fact]
    public void InOrder_TaskOfACycle_IsBehindTheOthers() => Assert.Equal((2, 0), Graph("x:y", "y:x", "a").ToOrder().InOrder(0, 2));

    [Fact]
    public void Faults_EveryKind_AreAllReported()
    {
        var graph = Graph("a:zz", "b:b", "A", "x:y", "y:z", "z:x", "behind:x");

        Assert.Equal(
            ["DuplicateId A: a A", "UnknownDependency a: zz", "SelfDependency b: b", "Cycle x: x y z x"],
            graph.Faults.Select(f => $"{f.Kind} {f.TaskId}: {string.Join(' ', f.Ids)}")
        );
        Assert.Equal(0, graph.WaveOf("behind"));
    }

    [Fact]
    public void Cycles_TwoKnotsBehindOneTask_AreBothPrinted()
    {
        var graph = Graph("top:a,c", "a:b", "b:a", "c:d", "d:c");

        Assert.Equal(["a b a", "c d c"], graph.Cycles.Select(c => string.Join(' ', c)));
    }

    [Fact]
    public void ToOrder_Chain_KnowsBothEnds()
    {
        var order = Graph("a", "b:a", "c:b", "d").ToOrder();

        Assert.True(order.Precedes(0, 2));
        Assert.False(order.Precedes(2, 0));
        Assert.True(order.AreOrdered(2, 0));
        Assert.False(order.AreOrdered(0, 3));
        Assert.Equal((0, 3), order.InOrder(3, 0));
    }

    [Fact]
    public void Of_ChainOfTenThousand_Works()
    {
        var graph = TaskGraph.Of(Enumerable.Range(0, 10_000).Select(i => new TaskNode($"t{i}", i == 0 ? [] : [$"t{i - 1}"])));

        Assert.Equal(10_000, graph.CriticalPath.Count);
        Assert.Equal(10_000, graph.Waves.Count);
    }

    [Fact]
    public void Of_RingOfTenThousand_IsOneCycle()
    {
        var graph = TaskGraph.Of(Enumerable.Range(0, 10_000).Select(i => new TaskNode($"t{i}", [$"t{(i + 1) % 10_000}"])));

        Assert.Equal(10_001, Assert.Single(graph.Cycles).Count);
    }

    internal static TaskGraph Graph(params string[] tasks) =>
        TaskGraph.Of(
            tasks.Select(text =>
            {
                var parts = text.Split(':');
                return new TaskNode(parts[0], parts.Length == 1 ? [] : parts[1].Split(','));
            })
        );
}
