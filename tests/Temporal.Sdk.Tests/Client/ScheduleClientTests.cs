using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class ScheduleClientTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Schedule_InItsWholeLife_IsAsItWasSaid()
    {
        var client = server.Client;
        var id = $"schedule-{Guid.NewGuid()}";
        var action = ScheduleActionStartWorkflow.Create(
            (EndingWorkflow workflow) => workflow.RunAsync("return"),
            new($"{id}-run", "nobody")
            {
                Memo = new Dictionary<string, object> { ["note"] = "hello" },
                StaticSummary = "summary",
                RunTimeout = TimeSpan.FromHours(1),
            }
        );
        var spec = new ScheduleSpec
        {
            Calendars =
            [
                new()
                {
                    Hour = [new(7, 9)],
                    DayOfWeek = [new(1, 5)],
                    Comment = "mornings",
                },
            ],
            Intervals = [new(TimeSpan.FromDays(10), TimeSpan.FromDays(1))],
            TimeZoneName = "Europe/Berlin",
        };
        var handle = await client.CreateScheduleAsync(
            id,
            new(action, spec)
            {
                Policy = new() { Overlap = ScheduleOverlapPolicy.BufferOne, CatchupWindow = TimeSpan.FromMinutes(10) },
            },
            new() { Memo = new Dictionary<string, object> { ["of"] = "schedule" } }
        );
        await Assert.ThrowsAsync<ScheduleAlreadyRunningException>(() => client.CreateScheduleAsync(id, new(action, spec)));

        var description = await handle.DescribeAsync();
        var described = Assert.IsType<ScheduleActionStartWorkflow>(description.Schedule.Action);
        Assert.Equal(
            ("EndingWorkflow", "nobody", "summary"),
            (described.Workflow, described.Options.TaskQueue, described.Options.StaticSummary)
        );
        Assert.Equal(
            "return",
            await Assert.IsAssignableFrom<Temporalio.Converters.IEncodedRawValue>(described.Args.Single()).ToValueAsync<string>()
        );
        Assert.Equal("mornings", description.Schedule.Spec.Calendars.Single().Comment);
        Assert.Equal(new ScheduleRange(7, 9, 1), description.Schedule.Spec.Calendars.Single().Hour.Single());
        Assert.Equal(ScheduleOverlapPolicy.BufferOne, description.Schedule.Policy.Overlap);
        Assert.Equal("schedule", await description.Memo["of"].ToValueAsync<string>());
        Assert.NotEmpty(description.Info.NextActionTimes);

        await handle.PauseAsync("for now");
        var paused = await handle.DescribeAsync();
        Assert.Equal((true, "for now"), (paused.Schedule.State.Paused, paused.Schedule.State.Note));
        await handle.UnpauseAsync();

        // What was described goes back as it came, with one change.
        await handle.UpdateAsync(input =>
            new(input.Description.Schedule with { Policy = input.Description.Schedule.Policy with { PauseOnFailure = true } })
        );
        await handle.UpdateAsync(_ => (ScheduleUpdate?)null);
        var updated = await handle.DescribeAsync();
        Assert.True(updated.Schedule.Policy.PauseOnFailure);
        var kept = Assert.IsType<ScheduleActionStartWorkflow>(updated.Schedule.Action);
        Assert.Equal("return", await ((Temporalio.Converters.IEncodedRawValue)kept.Args.Single()!).ToValueAsync<string>());
        Assert.Equal(TimeSpan.FromHours(1), kept.Options.RunTimeout);

        await handle.TriggerAsync();
        var triggered = await ActedAsync(handle);
        Assert.Equal(1, triggered.Info.NumActions);
        var run = Assert.IsType<ScheduleActionExecutionStartWorkflow>(triggered.Info.RecentActions.Single().Action);
        await client.GetWorkflowHandle(run.WorkflowId).TerminateAsync();
        await handle.DeleteAsync();
        var gone = await Assert.ThrowsAsync<RpcException>(() => handle.DescribeAsync());
        Assert.Equal(RpcException.StatusCode.NotFound, gone.Code);
    }

    /// <summary>The description of a schedule that has acted; servers act in the background.</summary>
    internal static async Task<ScheduleDescription> ActedAsync(ScheduleHandle handle)
    {
        var limit = Eventually.Timeout();
        while (true)
        {
            var description = await handle.DescribeAsync();
            if (description.Info.RecentActions.Count > 0)
            {
                return description;
            }

            await Task.Delay(50, limit);
        }
    }
}
