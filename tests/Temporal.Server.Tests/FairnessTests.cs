using Temporal.Server.Matching;
using Temporalio.Api.TaskQueue.V1;
using Xunit;
using FairQueue = Temporal.Server.Matching.TaskQueue;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A backlog is handed out by priority, then by fair shares of its keys, then by age.</summary>
public sealed class FairnessTests : IDisposable
{
    private readonly FairQueue _queue = new(TimeProvider.System);

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    [Theory]
    [InlineData("a1 a2 a3 a4 b1 b2", "a1 b1 a2 b2 a3 a4")]
    [InlineData("a1 a2 a3 b1 b2 b3 c1*3 c2*3 c3*3 c4*3 c5*3 c6*3", "c1 c2 c3 a1 b1 c4 c5 c6 a2 b2 a3 b3")]
    [InlineData("x1 x2 y1", "x1 y1 x2")]
    public async Task Backlog_OfSeveralKeys_IsSharedByWeight(string added, string expected)
    {
        foreach (var task in added.Split(' '))
        {
            Add(task);
        }

        var taken = await TakeAsync(expected.Split(' ').Length);

        Assert.Equal(expected.Split(' '), taken);
    }

    [Fact]
    public async Task LateKey_BeginsAtTheFrontOfWhatIsLeft()
    {
        foreach (var task in (string[])["a1", "a2", "a3", "a4", "a5"])
        {
            Add(task);
        }

        await TakeAsync(2);
        Add("b1");
        Add("b2");

        Assert.Equal(["b1", "a3", "b2", "a4", "a5"], await TakeAsync(5));
    }

    [Fact]
    public async Task Priority_GoesBeforeShares()
    {
        Add("a1", priority: 5);
        Add("a2", priority: 4);
        Add("a3");
        Add("b1", priority: 2);
        Add("a4", priority: 2);

        Assert.Equal(["b1", "a4", "a3", "a2", "a1"], await TakeAsync(5));
    }

    [Fact]
    public async Task Override_OfAWeight_GoesBeforeThatOfTheTask()
    {
        _queue.Configure(new TaskQueueConfig { FairnessWeightOverrides = { ["a"] = 2 } });
        foreach (var task in (string[])["b1*9", "a1", "a2", "a3", "a4"])
        {
            Add(task);
        }

        _queue.Configure(new TaskQueueConfig { FairnessWeightOverrides = { ["a"] = 1, ["b"] = 1 } });
        Add("b2*9");

        Assert.Equal(["b1", "a1", "a2", "b2"], (await TakeAsync(6)).Where(task => task is not ("a3" or "a4")));
    }

    // KEY and number, then the weight.
    private void Add(string task, int priority = 0)
    {
        var parts = task.Split('*');
        Assert.True(
            _queue.TryAdd(
                new QueuedWorkflowTask("n", parts[0], "r", 1, "q", Sticky: false, priority)
                {
                    FairnessKey = parts[0][..1],
                    FairnessWeight = parts.Length > 1 ? float.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 0,
                }
            )
        );
    }

    private async Task<List<string>> TakeAsync(int count)
    {
        var taken = new List<string>();
        for (var i = 0; i < count; i++)
        {
            Assert.True(
                _queue.TryPoll(
                    "",
                    new PollerInfo { Identity = "p", RatePerSecond = 100_000 },
                    DateTimeOffset.UtcNow,
                    CancellationToken.None,
                    out var task
                )
            );
            taken.Add((await task)!.WorkflowId);
        }

        return taken;
    }
}
