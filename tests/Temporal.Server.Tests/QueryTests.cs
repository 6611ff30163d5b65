using Orchestrator.Grpc;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class QueryTests
{
    [Fact]
    public async Task Query_WorkerThatTookItHasDied_GoesToAnother()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.PollWorkflowTaskAsync("w", $"1@{Environment.MachineName}#another-boot#1#worker");

        await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Text("answer"));

        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task Query_WorkerOfTheStickyQueueIsGone_GoesToAnother()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.StickAndLeaveAsync("w");
        var answer = server.QueryAsync("w");

        await server.AnswerQueryAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Text("answer"));

        Assert.Equal("answer", (await answer).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    /// <summary>Clients ask the one that takes its place; a time limit would tell them that no worker is there.</summary>
    [Fact]
    public async Task Query_ServerStops_IsUnavailable()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var answer = server.QueryAsync("w");
        await server.PollWorkflowTaskAsync("w");

        await server.Server.StopAsync();

        Assert.Equal(GrpcStatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => answer)).Code);
    }
}
