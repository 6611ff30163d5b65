using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Storage;
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
        await server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "closed" },
            },
            TerminateWorkflowExecutionResponse.Parser
        );

        Assert.Equal(0, await server.Server.Parts.Retention.DeleteExpiredAsync());
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await server.Server.Parts.Retention.DeleteExpiredAsync());

        var gone = await Assert.ThrowsAsync<RpcException>(() => server.HistoryAsync("closed"));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.NotEmpty(await server.HistoryAsync("open"));
    }

    [Fact]
    public async Task Sweep_OfMuchInAFile_GivesTheDiskBack()
    {
        using var folder = new EngineFolder();
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(folder.DatabasePath, time);
        var large = TestServer.Text(new string('x', 200_000));
        for (var i = 0; i < 60; i++)
        {
            await server.StartWorkflowAsync($"w{i}");
            await server.CallAsync(
                new TerminateWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = $"w{i}" },
                    Details = large,
                },
                TerminateWorkflowExecutionResponse.Parser
            );
        }

        var before = Size(folder.DatabasePath);
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(60, await server.Server.Parts.Retention.DeleteExpiredAsync());

        Assert.True(before > 12_000_000, $"the file had {before} bytes");
        Assert.True(Size(folder.DatabasePath) < 1_000_000, $"the file still has {Size(folder.DatabasePath)} of {before} bytes");
    }

    private static long Size(string database) =>
        new[] { database, database + "-wal" }.Where(File.Exists).Sum(file => new FileInfo(file).Length);

    private sealed class ManualTime : TimeProvider
    {
        private long _ahead;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
    }
}
