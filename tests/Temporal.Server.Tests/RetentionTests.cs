using Temporal.Grpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class RetentionTests
{
    [Fact]
    public async Task Sweep_DeletesOnlyClosedRunsPastTheirRetention()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(time: time);
        await server.StartWorkflowAsync("closed");
        await server.StartWorkflowAsync("open");
        await server.CallAsync(new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = new WorkflowExecution { WorkflowId = "closed" } }, TerminateWorkflowExecutionResponse.Parser);

        Assert.Equal(0, await server.Server.Parts.Retention.SweepAsync());
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await server.Server.Parts.Retention.SweepAsync());

        var gone = await Assert.ThrowsAsync<GrpcException>(() => server.HistoryAsync("closed"));
        Assert.Equal(GrpcStatusCode.NotFound, gone.Code);
        Assert.NotEmpty(await server.HistoryAsync("open"));
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ahead;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
    }
}
