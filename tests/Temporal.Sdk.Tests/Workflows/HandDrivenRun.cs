using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Worker.Workflows;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>A run whose tasks a test makes by hand, with the history that a server would have.</summary>
internal sealed class HandDrivenRun
{
    private readonly List<HistoryEvent> _events = [];
    private readonly string _workflowId;
    private long _previousStarted;
    private int _sent;

    public HandDrivenRun(string type, params object?[] arguments)
    {
        _workflowId = $"w-{RunId}";
        Add(
            new()
            {
                EventType = EventType.WorkflowExecutionStarted,
                WorkflowExecutionStartedEventAttributes = new()
                {
                    WorkflowType = new() { Name = type },
                    WorkflowId = _workflowId,
                    OriginalExecutionRunId = RunId,
                    FirstExecutionRunId = RunId,
                    Attempt = 1,
                    TaskQueue = new() { Name = "queue" },
                    WorkflowTaskTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
                    Input = Payloads(arguments),
                },
            }
        );
    }

    public string RunId { get; } = Guid.NewGuid().ToString();

    /// <summary>How often the handler asked for the history from the beginning.</summary>
    public int Fetches { get; private set; }

    public static IWorkflowTaskHandler Handler<TWorkflow>(
        int maxCachedWorkflows,
        Func<WorkflowTaskHandlerOptions, WorkflowTaskHandlerOptions>? configure = null
    )
    {
        var options = new WorkflowTaskHandlerOptions
        {
            Namespace = "default",
            TaskQueue = "queue",
            Identity = "test",
            Workflows = [WorkflowDefinition.Create<TWorkflow>()],
            LoggerFactory = NullLoggerFactory.Instance,
            MetricMeter = NullMetricMeter.Instance,
            MaxCachedWorkflows = maxCachedWorkflows,
            StickyQueue = maxCachedWorkflows > 0 ? "sticky" : null,
        };
        return WorkflowTaskHandler.Create(configure?.Invoke(options) ?? options);
    }

    public void Signal(string name, params object?[] arguments) =>
        Add(
            new()
            {
                EventType = EventType.WorkflowExecutionSignaled,
                WorkflowExecutionSignaledEventAttributes = new() { SignalName = name, Input = Payloads(arguments) },
            }
        );

    /// <summary>A workflow task; sticky tasks carry only what is new.</summary>
    public async Task<WorkflowTaskReply> TaskAsync(
        IWorkflowTaskHandler handler,
        bool sticky,
        params (string Update, object?[] Args)[] updates
    )
    {
        Add(new() { EventType = EventType.WorkflowTaskScheduled, WorkflowTaskScheduledEventAttributes = new() });
        Add(
            new()
            {
                EventType = EventType.WorkflowTaskStarted,
                WorkflowTaskStartedEventAttributes = new() { ScheduledEventId = _events.Count },
            }
        );
        var task = new PollWorkflowTaskQueueResponse
        {
            TaskToken = ByteString.CopyFromUtf8("token"),
            WorkflowExecution = new() { WorkflowId = _workflowId, RunId = RunId },
            WorkflowType = new() { Name = _events[0].WorkflowExecutionStartedEventAttributes.WorkflowType.Name },
            PreviousStartedEventId = _previousStarted,
            StartedEventId = _events.Count,
            Attempt = 1,
            History = new(),
        };
        task.History.Events.AddRange(sticky ? _events.Skip(_sent) : _events);
        foreach (var (update, args) in updates)
        {
            var id = Guid.NewGuid().ToString();
            task.Messages.Add(
                new Message
                {
                    Id = $"{id}/request",
                    ProtocolInstanceId = id,
                    EventId = _events.Count - 1,
                    Body = new()
                    {
                        TypeUrl = "type.googleapis.com/temporal.api.update.v1.Request",
                        Value = new Request
                        {
                            Meta = new() { UpdateId = id },
                            Input = new() { Name = update, Args = Payloads(args) },
                        }.ToByteString(),
                    },
                }
            );
        }

        return await handler.HandleAsync(task, FetchAsync, CancellationToken.None);
    }

    /// <summary>The server takes the reply: the task is completed and its commands leave their events.</summary>
    public void Accept(IWorkflowTaskHandler handler, WorkflowTaskReply reply)
    {
        _previousStarted = _sent = _events.Count;
        Add(
            new()
            {
                EventType = EventType.WorkflowTaskCompleted,
                WorkflowTaskCompletedEventAttributes = new() { SdkMetadata = reply.Completed!.SdkMetadata },
            }
        );
        foreach (
            var timer in reply
                .Completed.Commands.Select(c => c.StartTimerCommandAttributes)
                .OfType<Temporalio.Api.Command.V1.StartTimerCommandAttributes>()
        )
        {
            Add(
                new()
                {
                    EventType = EventType.TimerStarted,
                    TimerStartedEventAttributes = new() { TimerId = timer.TimerId },
                }
            );
        }

        handler.Accepted(reply, new());
    }

    /// <summary>The server throws the task away, as it does when all that came of it is rejected updates.</summary>
    public void Discard(IWorkflowTaskHandler handler, WorkflowTaskReply reply)
    {
        _events.RemoveRange(_events.Count - 2, 2);
        handler.Accepted(reply, new() { ResetHistoryEventId = _previousStarted });
    }

    private static Payloads Payloads(object?[] values)
    {
        var payloads = new Payloads();
        payloads.Payloads_.AddRange(DataConverter.Default.PayloadConverter.ToPayloads(values));
        return payloads;
    }

    private Task<GetWorkflowExecutionHistoryResponse> FetchAsync(
        string workflowId,
        string runId,
        ByteString token,
        CancellationToken cancellationToken
    )
    {
        Fetches++;
        var response = new GetWorkflowExecutionHistoryResponse { History = new() };
        response.History.Events.AddRange(_events);
        return Task.FromResult(response);
    }

    private void Add(HistoryEvent e)
    {
        e.EventId = _events.Count + 1;
        e.EventTime = Timestamp.FromDateTime(DateTime.UnixEpoch.AddSeconds(_events.Count));
        _events.Add(e);
    }
}
