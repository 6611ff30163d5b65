using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>Histories of the official .NET SDK say by flags which of its rules a run was begun with.</summary>
public sealed class DotnetFlagTests
{
    /// <summary>Flags of the core and of .NET, the name of the SDK, and how many of two strands went on.</summary>
    [Theory]
    [InlineData(new uint[] { 1, 2 }, new uint[0], "", 2)]
    [InlineData(new uint[] { 1, 2, 3 }, new uint[] { 1 }, "temporal-dotnet", 2)]
    [InlineData(new uint[] { 1, 2, 3 }, new uint[] { 2 }, "temporal-dotnet", 1)]
    [InlineData(new uint[] { 1, 2, 3 }, new uint[0], "temporal-typescript", 1)]
    public async Task Conditions_TrueAtOnce_GoOnAsTheFlagsOfTheHistorySay(uint[] core, uint[] dotnet, string sdk, int timers)
    {
        var events = Signalled<TwoWaits>(core, dotnet, sdk);
        events.AddRange(
            Enumerable
                .Range(1, timers)
                .Select(i => new HistoryEvent
                {
                    EventType = EventType.TimerStarted,
                    TimerStartedEventAttributes = new()
                    {
                        TimerId = $"{i}",
                        StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
                    },
                })
        );

        Assert.Null(await ReplayAsync<TwoWaits>(events));
        events.RemoveAt(events.Count - 1);
        Assert.NotNull(await ReplayAsync<TwoWaits>(events));
    }

    [Theory]
    [InlineData(new uint[] { 1, 2 }, new uint[0], "", false)]
    [InlineData(new uint[] { 1, 2 }, new uint[] { 1, 2 }, "", true)]
    [InlineData(new uint[] { 1, 2, 3 }, new uint[] { 2 }, "temporal-dotnet", true)]
    public async Task Completion_BeforeOtherCommands_IsWhereTheFlagsOfTheHistorySay(uint[] core, uint[] dotnet, string sdk, bool last)
    {
        var events = Signalled<EndsAndGoesOn>(core, dotnet, sdk);
        if (last)
        {
            events.Add(
                new()
                {
                    EventType = EventType.TimerStarted,
                    TimerStartedEventAttributes = new()
                    {
                        TimerId = "1",
                        StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
                    },
                }
            );
        }

        events.Add(new() { EventType = EventType.WorkflowExecutionCompleted, WorkflowExecutionCompletedEventAttributes = new() });

        Assert.Null(await ReplayAsync<EndsAndGoesOn>(events));
    }

    /// <summary>A history of two whole tasks, with a signal before the second.</summary>
    private static List<HistoryEvent> Signalled<TWorkflow>(uint[] core, uint[] dotnet, string sdk)
    {
        var metadata = new WorkflowTaskCompletedMetadata { SdkName = sdk };
        metadata.CoreUsedFlags.AddRange(core);
        metadata.LangUsedFlags.AddRange(dotnet);
        return
        [
            new()
            {
                EventType = EventType.WorkflowExecutionStarted,
                WorkflowExecutionStartedEventAttributes = new()
                {
                    WorkflowId = "w",
                    WorkflowType = new() { Name = typeof(TWorkflow).Name },
                    TaskQueue = new() { Name = "q" },
                    OriginalExecutionRunId = "run",
                    FirstExecutionRunId = "run",
                    Attempt = 1,
                },
            },
            .. Task(metadata),
            new()
            {
                EventType = EventType.WorkflowExecutionSignaled,
                WorkflowExecutionSignaledEventAttributes = new() { SignalName = "Free" },
            },
            .. Task(new()),
        ];

        static HistoryEvent[] Task(WorkflowTaskCompletedMetadata metadata) =>
            [
                new()
                {
                    EventType = EventType.WorkflowTaskScheduled,
                    WorkflowTaskScheduledEventAttributes = new() { Attempt = 1 },
                },
                new() { EventType = EventType.WorkflowTaskStarted, WorkflowTaskStartedEventAttributes = new() },
                new()
                {
                    EventType = EventType.WorkflowTaskCompleted,
                    WorkflowTaskCompletedEventAttributes = new() { SdkMetadata = metadata },
                },
            ];
    }

    private static async Task<Exception?> ReplayAsync<TWorkflow>(IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            events[i].EventId = i + 1;
            events[i].EventTime = DateTime.UnixEpoch.AddSeconds(i).ToTimestamp();
        }

        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<TWorkflow>());
        return (await replayer.ReplayWorkflowAsync(new WorkflowHistory("w", [.. events]), throwOnReplayFailure: false)).ReplayFailure;
    }

    /// <summary>Of two strands that wait for the same thing the first takes it away.</summary>
    [Workflow]
    public sealed class TwoWaits
    {
        private bool _free;

        [WorkflowRun]
        public Task RunAsync() => Workflow.WhenAllAsync(TakeAsync(), TakeAsync());

        [WorkflowSignal]
        public Task FreeAsync()
        {
            _free = true;
            return Task.CompletedTask;
        }

        private async Task TakeAsync()
        {
            await Workflow.WaitConditionAsync(() => _free);
            _free = false;
            await Workflow.DelayAsync(TimeSpan.FromHours(1));
        }
    }

    /// <summary>Ends, and a strand of it asks for something more.</summary>
    [Workflow]
    public sealed class EndsAndGoesOn
    {
        private bool _free;
        private bool _ended;

        [WorkflowRun]
        public async Task RunAsync()
        {
            _ = MoreAsync();
            await Workflow.WaitConditionAsync(() => _free);
            _ended = true;
        }

        [WorkflowSignal]
        public Task FreeAsync()
        {
            _free = true;
            return Task.CompletedTask;
        }

        private async Task MoreAsync()
        {
            await Workflow.WaitConditionAsync(() => _ended);
            await Workflow.DelayAsync(TimeSpan.FromHours(1));
        }
    }
}
