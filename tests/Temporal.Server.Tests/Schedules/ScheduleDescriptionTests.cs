using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Schedules;

/// <summary>Descriptions and lists show what a schedule was asked to do just before.</summary>
public sealed class ScheduleDescriptionTests
{
    private const string Id = "nightly";

    [Fact]
    public async Task Describe_RightAfterATrigger_ShowsWhatItStarted()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server);
        for (var count = 1; count <= 20; count++)
        {
            // The time is part of the id of what is started: those of one second would be in each other's way.
            var time = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddMinutes(-count));
            await PatchAsync(server, new SchedulePatch { TriggerImmediately = new TriggerImmediatelyRequest { ScheduledTime = time } });

            var described = await DescribeAsync(server);
            Assert.Equal(count, described.Info.ActionCount);
        }
    }

    [Fact]
    public async Task List_RightAfterABackfill_ShowsWhatTheDescriptionShows()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server);
        var start = DateTimeOffset.UtcNow.AddDays(-3);
        await PatchAsync(
            server,
            new SchedulePatch
            {
                BackfillRequest =
                {
                    new BackfillRequest
                    {
                        StartTime = Timestamp.FromDateTimeOffset(start),
                        EndTime = Timestamp.FromDateTimeOffset(start.AddHours(5)),
                    },
                },
            }
        );

        var listed = Assert
            .Single((await server.CallAsync(new ListSchedulesRequest { Namespace = "default" }, ListSchedulesResponse.Parser)).Schedules)
            .Info;
        var described = await DescribeAsync(server);
        Assert.Equal(5, described.Info.ActionCount);
        Assert.Equal(described.Info.RecentActions, listed.RecentActions);
        Assert.Equal(described.Info.FutureActionTimes.Take(listed.FutureActionTimes.Count), listed.FutureActionTimes);
    }

    private static Task<DescribeScheduleResponse> DescribeAsync(TestServer server) =>
        server.CallAsync(new DescribeScheduleRequest { Namespace = "default", ScheduleId = Id }, DescribeScheduleResponse.Parser);

    private static Task PatchAsync(TestServer server, SchedulePatch patch) =>
        server.CallAsync(
            new PatchScheduleRequest
            {
                Namespace = "default",
                ScheduleId = Id,
                Patch = patch,
                RequestId = Guid.NewGuid().ToString(),
            },
            PatchScheduleResponse.Parser
        );

    private static Task CreateAsync(TestServer server) =>
        server.CallAsync(
            new CreateScheduleRequest
            {
                Namespace = "default",
                ScheduleId = Id,
                RequestId = "create",
                Schedule = new Schedule
                {
                    // Each hour, some minutes from now: none is due by itself.
                    Spec = new ScheduleSpec
                    {
                        Interval =
                        {
                            new IntervalSpec
                            {
                                Interval = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
                                Phase = Duration.FromTimeSpan(TimeSpan.FromMinutes((DateTimeOffset.UtcNow.Minute + 30) % 60)),
                            },
                        },
                    },
                    Policies = new SchedulePolicies { OverlapPolicy = ScheduleOverlapPolicy.AllowAll },
                    Action = new ScheduleAction
                    {
                        StartWorkflow = new NewWorkflowExecutionInfo
                        {
                            WorkflowId = Id,
                            WorkflowType = new WorkflowType { Name = "Test" },
                            TaskQueue = new TaskQueue { Name = "nobody" },
                        },
                    },
                },
            },
            CreateScheduleResponse.Parser
        );
}
