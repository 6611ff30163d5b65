using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporal.Server.Common;
using Temporal.Server.Hosting;
using Temporal.Server.Schedules;
using Temporal.Server.Visibility;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Single requests that random ones found to be answered badly.</summary>
public class BadRequestTests
{
    [Fact]
    public async Task Request_WhoseWrapperEndsTooSoon_IsUnreadableNotAFaultOfTheServer()
    {
        var table = new GrpcMethodRegistry();
        table.Add((PollActivityTaskQueueRequest _) => new PollActivityTaskQueueResponse());
        var bytes = Convert.FromBase64String("Ei4KBERlbW8QABokxDkxODllMGQtNjE1Mi00NjQ1LWIwYjktMmM5ZjcxZDZmY2M1IgsKCQ==");

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await table.Methods[(GrpcMethodRegistry.WorkflowService, "PollActivityTaskQueue")].Handler(null!, bytes)
        );

        Assert.StartsWith("grpc: error unmarshalling request", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3600, -5)]
    [InlineData(3600, int.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, int.MinValue)]
    public void Schedule_WithACatchUpWindowThatIsNoDuration_GetsOneThatIs(long seconds, int nanos)
    {
        var given = new Schedule
        {
            Policies = new SchedulePolicies
            {
                CatchupWindow = new Duration { Seconds = seconds, Nanos = nanos },
            },
        };

        var schedule = ScheduleRequestConverter.Complete(given, NamespaceRegistry.Default, new SearchAttributeRegistry());

        Assert.InRange(schedule.Policies.CatchupWindow.ToTimeSpan(), TimeSpan.FromSeconds(10), TimeSpan.FromDays(366));
    }
}
