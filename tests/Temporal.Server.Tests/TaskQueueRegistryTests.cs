using Temporal.Server.Matching;
using Temporalio.Api.TaskQueue.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Unused queues are removed. A caller that uses one at that moment must not notice.</summary>
public sealed class TaskQueueRegistryTests : IDisposable
{
    private static readonly PollerInfo Poller = new() { Identity = "p", RatePerSecond = 100_000 };
    private readonly TaskQueueRegistry _queues = new(TimeProvider.System, (_, _, _) => null);

    public void Dispose() => _queues.Dispose();

    [Fact]
    public async Task Add_QueueWasRetiredAndNotYetRemoved_GoesToANewOne()
    {
        var old = _queues.Get("n", "q", activity: false);
        Assert.True(old.TryRetire(TimeSpan.Zero));

        _queues.Add(Work(1));

        Assert.False(old.TryAdd(Work(2)));
        Assert.Equal((0, 1), (old.Backlog, _queues.Find("n", "q", activity: false)!.Backlog));
        Assert.Equal("w1", (await PollAsync(CancellationToken.None))!.WorkflowId);
    }

    [Fact]
    public async Task Poll_QueueWasRetiredAndNotYetRemoved_WaitsAtANewOne()
    {
        Assert.True(_queues.Get("n", "q", activity: false).TryRetire(TimeSpan.Zero));

        var poll = PollAsync(CancellationToken.None);
        _queues.Add(Work(1));

        Assert.Equal("w1", (await poll)!.WorkflowId);
    }

    [Fact]
    public async Task Forget_QueueWithTaskOrPollerOrInUseLately_IsKept()
    {
        using var end = new CancellationTokenSource();
        var poll = PollAsync(end.Token);
        _queues.RemoveUnused(TimeSpan.Zero);
        Assert.NotNull(_queues.Find("n", "q", activity: false));

        await end.CancelAsync();
        Assert.Null(await poll);
        _queues.RemoveUnused(TimeSpan.FromMinutes(10));
        Assert.NotNull(_queues.Find("n", "q", activity: false));

        _queues.Add(Work(1));
        _queues.RemoveUnused(TimeSpan.Zero);
        Assert.Equal(1, _queues.Find("n", "q", activity: false)!.Backlog);
    }

    [Fact]
    public void Forget_QueueThatNobodyPolledOrThatItsWorkerLeft_IsForgotten()
    {
        _queues.Get("n", "described", activity: true);
        _queues.Get("n", "sticky", activity: false);
        _queues.AbandonStickyQueue("n", "sticky");

        _queues.RemoveUnused(TimeSpan.Zero);

        Assert.Null(_queues.Find("n", "described", activity: true));
        Assert.Null(_queues.Find("n", "sticky", activity: false));
    }

    [Fact]
    public async Task Add_WhileQueuesAreForgottenAllTheTime_LosesNoTask()
    {
        const int Count = 20_000;
        using var end = new CancellationTokenSource();
        var cleaner = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                _queues.RemoveUnused(TimeSpan.Zero);
            }
        });
        var adder = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                _queues.Add(Work(i));
            }
        });

        var taken = new HashSet<string>();
        while (taken.Count < Count)
        {
            Assert.True(taken.Add((await PollAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(2)))!.WorkflowId));
        }

        await adder;
        await end.CancelAsync();
        await cleaner;
    }

    private Task<QueuedTemporalTask?> PollAsync(CancellationToken cancellationToken) =>
        _queues.PollAsync("n", "q", activity: false, "", Poller, cancellationToken).AsTask();

    private static QueuedWorkflowTask Work(int number) => new("n", "w" + number, "r", 2, "q", false, 0);
}
