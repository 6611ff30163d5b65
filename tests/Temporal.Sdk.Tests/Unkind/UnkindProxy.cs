using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Sdk.Tests.Unkind;

/// <summary>
/// All that a server may do and a kind one does not: polls that end early, connections that are closed, history in pages of one event,
/// tasks of a worker's own queue with the whole history, queries without history, fields that nobody knows, and answers lost after the work
/// was done. What happens to which call is drawn from a seed.
/// </summary>
internal sealed class UnkindProxy : IAsyncDisposable
{
    private const string PageMark = "unkind-page-";

    // An answer that is lost must not change what happens: these calls carry an id that the server knows again, or are refused the second
    // time without harm.
    // Not signals and cancellations: repeated, they may come too late, which the scenarios would tell.
    private static readonly HashSet<string> Repeatable = new(StringComparer.Ordinal)
    {
        "StartWorkflowExecution",
        "SignalWithStartWorkflowExecution",
        "UpdateWorkflowExecution",
        "RespondWorkflowTaskCompleted",
        "RespondWorkflowTaskFailed",
        "RespondActivityTaskCompleted",
        "RespondActivityTaskFailed",
        "RespondActivityTaskCanceled",
        "RecordActivityTaskHeartbeat",
        "RespondQueryTaskCompleted",
        "ResetWorkflowExecution",
        "CreateSchedule",
        "DescribeWorkflowExecution",
        "QueryWorkflow",
        "GetWorkflowExecutionHistory",
    };

    private readonly RpcProxy _proxy;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, (HistoryEvent[] Events, ByteString Then)> _pages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _done = new(StringComparer.Ordinal);

    private UnkindProxy(RpcProxy proxy, int seed)
    {
        (_proxy, _random) = (proxy, new(seed));
        proxy.Handle = HandleAsync;
    }

    public string Address => _proxy.Address;

    /// <summary>How often which unkindness happened.</summary>
    public IReadOnlyDictionary<string, int> Done => _done;

    public static async Task<UnkindProxy> StartAsync(string target, int seed) => new(await RpcProxy.StartAsync(target), seed);

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private async Task HandleAsync(ProxiedCall call)
    {
        if (Draw(0.01, "connection closed"))
        {
            call.CloseConnectionGracefully();
        }

        switch (call.Method)
        {
            case "PollWorkflowTaskQueue":
                await PollAsync(call);
                break;
            case "PollActivityTaskQueue":
                EndEarly(call);
                await PassAsync(call, PollActivityTaskQueueResponse.Parser, _ => { });
                break;
            case "GetWorkflowExecutionHistory":
                await HistoryAsync(call);
                break;
            default:
                await CallAsync(call);
                break;
        }
    }

    private async Task CallAsync(ProxiedCall call)
    {
        var answer = await call.ForwardAsync();
        var carriesTask =
            call.Method == "RespondWorkflowTaskCompleted"
            && answer.Succeeded
            && answer.Message(RespondWorkflowTaskCompletedResponse.Parser) is { WorkflowTask: not null } or { ActivityTasks.Count: > 0 };
        if (answer.Succeeded && !carriesTask && Repeatable.Contains(call.Method) && Draw(0.1, "answer lost"))
        {
            await call.FailAsync(14, "unkind: the answer was lost");
            return;
        }

        await call.AnswerAsync(answer.Succeeded ? answer.With(WithUnknownField(RpcFrame.Read(answer.Body))) : answer);
    }

    // The server answers a poll empty shortly before the client's time is over: a shorter time makes it do so early, and loses no task.
    private void EndEarly(ProxiedCall call)
    {
        if (Draw(0.5, "poll ended early"))
        {
            call.Headers["grpc-timeout"] = string.Create(CultureInfo.InvariantCulture, $"{1200 + Next(1500)}m");
        }
    }

    private async Task PollAsync(ProxiedCall call)
    {
        EndEarly(call);
        var answer = await call.ForwardAsync();
        if (!answer.Succeeded || answer.Message(PollWorkflowTaskQueueResponse.Parser) is not { TaskToken.Length: > 0 } task)
        {
            await call.AnswerAsync(answer);
            return;
        }

        var ns = call.Request(PollWorkflowTaskQueueRequest.Parser).Namespace;
        if (task.History.Events.Count > 0 && task.History.Events[0].EventId > 1)
        {
            if (task.Query is not null && Draw(0.5, "query without history"))
            {
                task.History.Events.Clear();
                task.NextPageToken = ByteString.Empty;
            }
            else if (Draw(0.2, "whole history for a cached run"))
            {
                await GiveWholeHistoryAsync(call, ns, task);
            }
        }

        if (task.History.Events.Count > 1)
        {
            Count("history in pages");
            var events = task.History.Events.ToArray();
            task.History = new() { Events = { events[0] } };
            task.NextPageToken = Keep(events[1..], task.NextPageToken);
        }

        AddUnknownFields(task.History);
        await call.AnswerAsync(answer.With(WithUnknownField(task.ToByteArray())));
    }

    private async Task GiveWholeHistoryAsync(ProxiedCall call, string ns, PollWorkflowTaskQueueResponse task)
    {
        var events = new List<HistoryEvent>();
        var last = task.StartedEventId > 0 ? task.StartedEventId : long.MaxValue;
        var token = ByteString.Empty;
        do
        {
            var page = await call.AskAsync(
                "/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistory",
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = ns,
                    Execution = task.WorkflowExecution,
                    NextPageToken = token,
                },
                GetWorkflowExecutionHistoryResponse.Parser
            );
            events.AddRange(page.History.Events.Where(e => e.EventId <= last));
            token = page.NextPageToken;
        } while (!token.IsEmpty);

        // The events of a task that was only thought of are nowhere else.
        events.AddRange(task.History.Events.Where(e => e.EventId > (events.Count == 0 ? 0 : events[^1].EventId)));
        task.History = new() { Events = { events } };
        task.NextPageToken = ByteString.Empty;
    }

    private async Task HistoryAsync(ProxiedCall call)
    {
        var request = call.Request(GetWorkflowExecutionHistoryRequest.Parser);
        if (request.NextPageToken.ToStringUtf8() is var token && token.StartsWith(PageMark, StringComparison.Ordinal))
        {
            // Asking again for a page must give it again: the answer may have been lost.
            var (events, then) = _pages[token];
            var page = new GetWorkflowExecutionHistoryResponse
            {
                History = new() { Events = { events[0] } },
                NextPageToken = events.Length > 1 ? Keep(events[1..], then) : then,
            };
            AddUnknownFields(page.History);
            await call.AnswerAsync(page);
            return;
        }

        if (request.HistoryEventFilterType != HistoryEventFilterType.CloseEvent && Draw(0.5, "page of one event"))
        {
            request.MaximumPageSize = 1;
            call.Replace(request);
        }

        await CallAsync(call);
    }

    private async Task PassAsync<T>(ProxiedCall call, MessageParser<T> parser, Action<T> change)
        where T : IMessage<T>
    {
        var answer = await call.ForwardAsync();
        if (answer.Succeeded)
        {
            var message = answer.Message(parser);
            change(message);
            answer = answer.With(WithUnknownField(message.ToByteArray()));
        }

        await call.AnswerAsync(answer);
    }

    private ByteString Keep(HistoryEvent[] events, ByteString then)
    {
        var mark = PageMark + Guid.NewGuid().ToString("N");
        _pages[mark] = (events, then);
        return ByteString.CopyFromUtf8(mark);
    }

    // Field 15,000 with the value 1: newer servers send what older workers do not know.
    private static byte[] WithUnknownField(byte[] message)
    {
        using var stream = new MemoryStream();
        stream.Write(message);
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(15_000, WireFormat.WireType.Varint);
            output.WriteInt32(1);
        }

        return stream.ToArray();
    }

    private static void AddUnknownFields(History? history)
    {
        foreach (var e in history?.Events ?? [])
        {
            e.MergeFrom(WithUnknownField([]));
        }
    }

    private bool Draw(double chance, string what)
    {
        lock (_random)
        {
            if (_random.NextDouble() >= chance)
            {
                return false;
            }
        }

        Count(what);
        return true;
    }

    private int Next(int limit)
    {
        lock (_random)
        {
            return _random.Next(limit);
        }
    }

    private void Count(string what) => _done.AddOrUpdate(what, 1, (_, count) => count + 1);
}
