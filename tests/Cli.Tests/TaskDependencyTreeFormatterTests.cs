using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The graph of a run as rows of text.</summary>
public sealed class TaskDependencyTreeFormatterTests
{
    [Fact]
    public void Of_TasksThatWaitForOthers_StandBelowTheOneThatTheyWaitForLongest() =>
        Assert.Equal(
            ["a", "├ b", "│ └ d +a,c", "│   └ f", "└ c", "e"],
            Drawn(Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "a", "c", "b"), Task("e"), Task("f", "d"))
        );

    [Fact]
    public void Of_AnyGraph_HasEachTaskOnceAndBelowOneOfItsOwn()
    {
        var random = new Random(20261125);
        for (var round = 0; round < 200; round++)
        {
            var tasks = Enumerable
                .Range(0, random.Next(1, 40))
                .Select(n => Task($"t{n}", [.. Enumerable.Range(0, n).Where(_ => random.Next(8) == 0).Select(other => $"t{other}")]))
                .ToList();

            var branches = TaskDependencyTreeFormatter.Of(tasks);

            Assert.Equal(tasks.Select(task => task.Id).Order(), branches.Select(branch => branch.Task.Id).Order());
            Assert.All(branches, branch => Assert.Equal(Math.Max(0, branch.Task.DependsOn.Count - 1), branch.Also.Count));
            Assert.All(branches, branch => Assert.Equal(branch.Task.DependsOn.Count == 0, branch.Rails.Length == 0));
        }
    }

    [Fact]
    public void Of_ADeepChain_DrawsOnlyTheEndOfItsRails()
    {
        var drawn = Drawn([.. Enumerable.Range(0, 30).Select(n => Task($"t{n}", n == 0 ? [] : [$"t{n - 1}"]))]);

        Assert.Equal("…         └ t29", drawn[^1]);
    }

    [Fact]
    public void Of_TasksInACircleOrAfterUnknownOnes_AreThereAllTheSame() =>
        Assert.Equal(
            ["c", "a +b", "b +a"],
            Drawn(Task("a", "b"), Task("b", "a"), Task("c", "gone")).Select(row => row.Replace(" +gone", "", StringComparison.Ordinal))
        );

    private static List<string> Drawn(params IReadOnlyList<RunTaskStatus> tasks) =>
        [
            .. TaskDependencyTreeFormatter
                .Of(tasks)
                .Select(branch => branch.Rails + branch.Task.Id + (branch.Also.Count > 0 ? $" +{string.Join(',', branch.Also)}" : "")),
        ];

    private static RunTaskStatus Task(string id, params IReadOnlyList<string> after) =>
        new()
        {
            Id = id,
            State = TaskStateNames.Pending,
            DependsOn = after,
        };
}
