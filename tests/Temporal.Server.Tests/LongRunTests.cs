using Google.Protobuf;
using Orchestrator.Temporal.Server.Tests.Storage;
using Temporal.Server.Common;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class LongRunTests
{
    private const int Signals = 300;

    [Fact]
    public async Task History_GrowsAndGrows_IsWholeAndOnlyItsEndInMemory()
    {
        using var folder = new EngineFolder();
        await using var server = await TestServer.StartAsync(folder.DatabasePath);
        await server.StartWorkflowAsync("w");
        for (var i = 0; i < Signals; i++)
        {
            await server.CallAsync(
                new SignalWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                    SignalName = "s" + i,
                    Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[128]) } } },
                },
                SignalWorkflowExecutionResponse.Parser
            );
        }

        var (first, last) = await server.Server.Parts.Store.ChangeAsync(
            NamespaceRegistry.Default.Id,
            "w",
            w => (w.Current!.Log.First, w.Current.Log.Last)
        );

        Assert.Equal(Signals + 2, last);
        Assert.InRange(first, last - 100, last - 10);
        var events = await server.HistoryAsync("w");
        Assert.Equal(Enumerable.Range(1, Signals + 2), events.Select(e => (int)e.EventId));
        Assert.Equal(
            Enumerable.Range(0, Signals).Select(i => "s" + i),
            events.Skip(2).Select(e => e.WorkflowExecutionSignaledEventAttributes.SignalName)
        );
        var task = await server.PollWorkflowTaskAsync("w");
        var seen = task.History.Events.Select(e => e.EventId).ToList();
        for (var token = task.NextPageToken; !token.IsEmpty; )
        {
            var page = await server.CallAsync(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = "default",
                    Execution = task.WorkflowExecution,
                    NextPageToken = token,
                },
                GetWorkflowExecutionHistoryResponse.Parser
            );
            seen.AddRange(page.History.Events.Select(e => e.EventId));
            token = page.NextPageToken;
        }

        Assert.Equal(Enumerable.Range(1, Signals + 3).Select(id => (long)id), seen);
        Assert.True(task.History.Events.Count < seen.Count);
    }

    [Fact]
    public async Task ReverseHistory_MoreThanAPageInOneBatch_IsWholeAndInOrder()
    {
        const int Buffered = 1_100;
        using var folder = new EngineFolder();
        await using var server = await TestServer.StartAsync(folder.DatabasePath);
        await server.StartWorkflowAsync("w");

        // What comes while a worker has the task is written at once when the task ends: more than a page of events, and of bytes.
        var task = await server.PollWorkflowTaskAsync("w");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Buffered),
            async (i, _) =>
                await server.CallAsync(
                    new SignalWorkflowExecutionRequest
                    {
                        Namespace = "default",
                        WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                        SignalName = "s" + i,
                        Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[2500]) } } },
                    },
                    SignalWorkflowExecutionResponse.Parser
                )
        );
        await server.CompleteAsync(task);
        var forward = new List<long>();
        var page = ByteString.Empty;
        do
        {
            var answer = await server.CallAsync(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = "w" },
                    NextPageToken = page,
                },
                GetWorkflowExecutionHistoryResponse.Parser
            );
            forward.AddRange(answer.History.Events.Select(e => e.EventId));
            page = answer.NextPageToken;
        } while (!page.IsEmpty);

        var back = new List<long>();
        do
        {
            var answer = await server.CallAsync(
                new GetWorkflowExecutionHistoryReverseRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = "w" },
                    NextPageToken = page,
                },
                GetWorkflowExecutionHistoryReverseResponse.Parser
            );
            Assert.InRange(answer.CalculateSize(), 1, 2_200_000);
            back.AddRange(answer.History.Events.Select(e => e.EventId));
            page = answer.NextPageToken;
        } while (!page.IsEmpty);

        Assert.Equal(Enumerable.Range(1, Buffered + 5).Select(id => (long)id), forward);
        Assert.Equal(forward.AsEnumerable().Reverse(), back);
    }
}
