using Temporal.Server.Common;
using Temporal.Server.Matching;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using TaskQueue = Temporal.Server.Matching.TaskQueue;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class TaskQueueRateTests
{
    private static readonly PollerInfo Poller = new() { Identity = "p", RatePerSecond = 100_000 };

    [Fact]
    public async Task Rate_OfTwoPerSecond_LetsThreeGoInTheFirstHalfSecond()
    {
        var time = new ManualTime();
        using var queue = new TaskQueue(time) { Rate = 2 };
        var polls = Poll(queue, 5);
        foreach (var task in Tasks(5))
        {
            Assert.True(queue.TryAdd(task));
        }

        // A queue that was just made has one task to give, then two in each second.
        Assert.Equal(1, await HandedOutAsync(queue, polls));
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(2, await HandedOutAsync(queue, polls));
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(3, await HandedOutAsync(queue, polls));
        Assert.Equal(2, queue.Backlog);
        queue.Rate = null;
        Assert.Equal(5, await HandedOutAsync(queue, polls));
    }

    [Fact]
    public async Task Rate_OfZero_HoldsEverythingUntilItIsLifted()
    {
        var time = new ManualTime();
        using var queue = new TaskQueue(time) { Rate = 0 };
        var polls = Poll(queue, 2);
        foreach (var task in Tasks(2))
        {
            Assert.True(queue.TryAdd(task));
        }

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await HandedOutAsync(queue, polls));
        queue.Rate = null;
        Assert.Equal(2, await HandedOutAsync(queue, polls));
    }

    [Fact]
    public async Task Rate_AskedForByTheWorker_GivesWayToOneThatWasSet()
    {
        var time = new ManualTime();
        using var queue = new TaskQueue(time);
        foreach (var task in Tasks(4))
        {
            Assert.True(queue.TryAdd(task));
        }

        var slow = Poller.Clone();
        slow.RatePerSecond = 1;
        var polls = Poll(queue, 4, slow);
        Assert.Equal(1, await HandedOutAsync(queue, polls));
        queue.Rate = 100;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, await HandedOutAsync(queue, polls));
    }

    [Fact]
    public async Task Rate_SetByACall_HoldsTasksBackAndOutlivesARestart()
    {
        var folder = Directory.CreateTempSubdirectory("engine-").FullName;
        var path = Path.Combine(folder, "engine.db");
        await using (var server = await TestServer.StartAsync(path))
        {
            await server.CallAsync(
                new UpdateTaskQueueConfigRequest
                {
                    Namespace = "default",
                    TaskQueue = "w",
                    TaskQueueType = TaskQueueType.Activity,
                    UpdateQueueRateLimit = new UpdateTaskQueueConfigRequest.Types.RateLimitUpdate
                    {
                        RateLimit = new RateLimit { RequestsPerSecond = 0 },
                    },
                },
                UpdateTaskQueueConfigResponse.Parser
            );
        }

        await using (var server = await TestServer.StartAsync(path))
        {
            await server.StartWorkflowAsync("w");
            await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
            var poll = server.PollActivityTaskAsync("w");
            var queue = server.Server.Parts.Queues.Get(NamespaceRegistry.Default.Id, "w", activity: true);
            while (!queue.HasPoller(TimeSpan.Zero))
            {
                await Task.Delay(10);
            }

            // Both wait: the one who polls for leave to go, no longer for a task.
            Assert.Equal(1, queue.Backlog);
            Assert.False(poll.IsCompleted);
            await server.CallAsync(
                new UpdateTaskQueueConfigRequest
                {
                    Namespace = "default",
                    TaskQueue = "w",
                    TaskQueueType = TaskQueueType.Activity,
                    UpdateQueueRateLimit = new UpdateTaskQueueConfigRequest.Types.RateLimitUpdate(),
                },
                UpdateTaskQueueConfigResponse.Parser
            );
            Assert.Equal("w", (await poll).WorkflowExecution.WorkflowId);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static List<Task<QueuedTemporalTask?>> Poll(TaskQueue queue, int count, PollerInfo? poller = null) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    Assert.True(queue.TryPoll("", poller ?? Poller, DateTimeOffset.UnixEpoch, CancellationToken.None, out var task));
                    return task.AsTask();
                }),
        ];

    private static IEnumerable<QueuedTemporalTask> Tasks(int count) =>
        Enumerable.Range(0, count).Select(i => new QueuedWorkflowTask("n", "w" + i, "r", 2, "q", false, 0));

    /// <summary>
    /// Number of tasks that left the queue. The queue dispatches them at once, so the count is final. The polls that took them continue
    /// elsewhere and are awaited.
    /// </summary>
    private static async Task<int> HandedOutAsync(TaskQueue queue, List<Task<QueuedTemporalTask?>> polls)
    {
        var gone = polls.Count - queue.Backlog;
        for (
            var end = DateTime.UtcNow + TimeSpan.FromMinutes(1);
            polls.Count(poll => poll.IsCompleted) < gone && DateTime.UtcNow < end;
            await Task.Delay(5)
        ) { }

        Assert.Equal(gone, polls.Count(poll => poll.IsCompleted));
        return gone;
    }

    /// <summary>A clock that a test moves, with the timers that hang on it.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<ManualTimer> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, () => callback(state));
            timer.Change(dueTime, period);
            _timers.Add(timer);
            return timer;
        }

        public void Advance(TimeSpan by)
        {
            _now += by.Ticks;
            foreach (var timer in _timers)
            {
                timer.FireIfDue();
            }
        }

        private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
        {
            private long? _due;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime.Ticks;
                return true;
            }

            public void FireIfDue()
            {
                if (_due <= time._now)
                {
                    _due = null;
                    fire();
                }
            }

            public void Dispose() => _due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
