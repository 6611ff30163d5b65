using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Sends valid requests and such with one fault to a server, one after the other, and judges each answer: by what the documentation says of
/// that fault, by a model of which runs are open,
/// and by what the request changed. A refused request, and one whose request id was there before, change nothing.
/// </summary>
internal sealed class FuzzSession(TestServer server, Random random)
{
    private const string Namespace = "default";
    private const int Workflows = 6;

    // A task waits here for many steps before it is answered.
    private static readonly Duration LongTask = new() { Seconds = 120 };

    private readonly Dictionary<string, string> _open = [];
    private readonly HashSet<string> _used = [];
    private readonly Dictionary<string, PollWorkflowTaskQueueResponse> _tasks = [];
    private readonly Dictionary<string, PollActivityTaskQueueResponse> _activities = [];
    private int _numbers;

    /// <summary>Number of answers by status.</summary>
    public Dictionary<StatusCode, int> Statuses { get; } = [];

    /// <summary>Everything that was not answered as it must be.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Sends one request and checks its effect.</summary>
    public async Task StepAsync()
    {
        var id = $"w{random.Next(Workflows)}";
        var (described, state) = await DescribeAsync(id);
        var (request, expected, done) = Valid(id, described);
        if (random.Next(2) == 0 && Spoiler.Of(request) is { Count: > 0 } spoilers)
        {
            await RefusedAsync(id, state, request, spoilers[random.Next(spoilers.Count)]);
            return;
        }

        var before = expected == StatusCode.OK ? null : state;
        var (status, message, answer) = await SendAsync(request);
        if (status != expected)
        {
            Faults.Add(
                $"{request.Descriptor.Name} for {(_open.ContainsKey(id) ? "an open" : "no open")} run: {status} {message}, not {expected}: "
                    + $"{request}"
            );
        }
        else if (before is not null)
        {
            Unchanged(before, await StateAsync(id), request, "though it was refused");
        }
        else
        {
            done?.Invoke(answer);
            await RepeatAsync(id, request, answer);
        }
    }

    private async Task RefusedAsync(string id, string before, IMessage request, Spoiler spoiler)
    {
        spoiler.Spoil(request);
        var (status, message, _) = await SendAsync(request);
        if (status != spoiler.Expected)
        {
            Faults.Add($"{request.Descriptor.Name} with {spoiler.What}: {status} {message}, not {spoiler.Expected}");
        }

        Unchanged(before, await StateAsync(id), request, $"though it was refused for {spoiler.What}");
    }

    /// <summary>The same request again: with its request id it is done already.</summary>
    private async Task RepeatAsync(string id, IMessage request, byte[] answer)
    {
        if (request is not (StartWorkflowExecutionRequest or SignalWorkflowExecutionRequest) || random.Next(3) > 0)
        {
            return;
        }

        var before = await StateAsync(id);
        var (status, message, again) = await SendAsync(request);
        if (status != StatusCode.OK)
        {
            Faults.Add($"{request.Descriptor.Name} repeated: {status} {message}");
        }
        else if (
            request is StartWorkflowExecutionRequest
            && StartWorkflowExecutionResponse.Parser.ParseFrom(again).RunId != StartWorkflowExecutionResponse.Parser.ParseFrom(answer).RunId
        )
        {
            Faults.Add("a start repeated with its request id is another run");
        }

        Unchanged(before, await StateAsync(id), request, "when it was repeated");
    }

    private void Unchanged(string before, string after, IMessage request, string when)
    {
        if (before != after)
        {
            Faults.Add($"{request.Descriptor.Name} changed {before} to {after} {when}");
        }
    }

    /// <summary>
    /// A request that the documentation allows, the status that the model expects, and what the model notes when it is done.
    /// </summary>
    private (IMessage Request, StatusCode Expected, Action<byte[]>? Done) Valid(string id, DescribeWorkflowExecutionResponse? described)
    {
        var isOpen = _open.ContainsKey(id);
        var needsOpen = isOpen ? StatusCode.OK : StatusCode.NotFound;
        var needsRun = _used.Contains(id) ? StatusCode.OK : StatusCode.NotFound;
        var execution = new WorkflowExecution { WorkflowId = id };
        var requestId = $"r{++_numbers}";
        switch (random.Next(16))
        {
            case 0 or 1:
                return (
                    new StartWorkflowExecutionRequest
                    {
                        Namespace = Namespace,
                        WorkflowId = id,
                        WorkflowType = new WorkflowType { Name = "Test" },
                        TaskQueue = new TaskQueue { Name = id },
                        WorkflowTaskTimeout = LongTask,
                        RequestId = requestId,
                    },
                    isOpen ? StatusCode.AlreadyExists : StatusCode.OK,
                    answer => Began(id, StartWorkflowExecutionResponse.Parser.ParseFrom(answer).RunId)
                );
            case 2:
                return (
                    new SignalWithStartWorkflowExecutionRequest
                    {
                        Namespace = Namespace,
                        WorkflowId = id,
                        WorkflowType = new WorkflowType { Name = "Test" },
                        TaskQueue = new TaskQueue { Name = id },
                        WorkflowTaskTimeout = LongTask,
                        RequestId = requestId,
                        SignalName = "s",
                    },
                    StatusCode.OK,
                    answer => Began(id, SignalWithStartWorkflowExecutionResponse.Parser.ParseFrom(answer).RunId)
                );
            case 3 or 4:
                return (
                    new SignalWorkflowExecutionRequest
                    {
                        Namespace = Namespace,
                        WorkflowExecution = execution,
                        SignalName = "s",
                        RequestId = requestId,
                    },
                    needsOpen,
                    null
                );
            case 5:
                // A closed run leaves nothing to request, which is not a failure.
                return (
                    new RequestCancelWorkflowExecutionRequest
                    {
                        Namespace = Namespace,
                        WorkflowExecution = execution,
                        RequestId = requestId,
                    },
                    needsRun,
                    null
                );
            case 6:
                return (
                    new TerminateWorkflowExecutionRequest { Namespace = Namespace, WorkflowExecution = execution },
                    needsOpen,
                    _ => Ended(id)
                );
            case 7:
                return (new DescribeWorkflowExecutionRequest { Namespace = Namespace, Execution = execution }, needsRun, null);
            case 8:
                return (
                    new GetWorkflowExecutionHistoryRequest
                    {
                        Namespace = Namespace,
                        Execution = execution,
                        MaximumPageSize = random.Next(5),
                    },
                    needsRun,
                    null
                );
            case 9:
                return (new GetWorkflowExecutionHistoryReverseRequest { Namespace = Namespace, Execution = execution }, needsRun, null);
            case 10:
                return (
                    new DescribeTaskQueueRequest
                    {
                        Namespace = Namespace,
                        TaskQueue = new TaskQueue { Name = id },
                        TaskQueueType = TaskQueueType.Workflow,
                    },
                    StatusCode.OK,
                    null
                );
            case 11 or 12 when _tasks.TryGetValue(id, out var task):
                return Answer(id, task);
            case 13 when _activities.TryGetValue(id, out var activity):
                return Answer(id, activity);
            case 14:
                return (new ListWorkflowExecutionsRequest { Namespace = Namespace, Query = $"WorkflowId = '{id}'" }, StatusCode.OK, null);
            default:
                return Poll(id, described);
        }
    }

    /// <summary>Takes what waits in the run's queue; where nothing does, something that does not wait.</summary>
    private (IMessage Request, StatusCode Expected, Action<byte[]>? Done) Poll(string id, DescribeWorkflowExecutionResponse? described)
    {
        var queue = new TaskQueue { Name = id };
        if (_open.ContainsKey(id) && described?.PendingWorkflowTask?.State == PendingWorkflowTaskState.Scheduled)
        {
            return (
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = Namespace,
                    TaskQueue = queue,
                    Identity = "worker",
                },
                StatusCode.OK,
                answer =>
                {
                    if (PollWorkflowTaskQueueResponse.Parser.ParseFrom(answer) is { WorkflowExecution: not null } task)
                    {
                        _tasks[task.WorkflowExecution.WorkflowId] = task;
                    }
                    else
                    {
                        Faults.Add($"a workflow task that is scheduled was in no queue: {described}");
                    }
                }
            );
        }

        // One that failed waits for its next attempt, which may take longer than a poll.
        return
            described is not null
            && _open.ContainsKey(id)
            && described.PendingActivities.Any(a => a is { State: PendingActivityState.Scheduled, Attempt: 1 })
            ? (
                new PollActivityTaskQueueRequest
                {
                    Namespace = Namespace,
                    TaskQueue = queue,
                    Identity = "worker",
                },
                StatusCode.OK,
                answer =>
                {
                    if (PollActivityTaskQueueResponse.Parser.ParseFrom(answer) is { WorkflowExecution: not null } activity)
                    {
                        _activities[activity.WorkflowExecution.WorkflowId] = activity;
                    }
                    else
                    {
                        Faults.Add($"an activity that is scheduled was in no queue: {described}");
                    }
                }
            )
            : (new CountWorkflowExecutionsRequest { Namespace = Namespace }, StatusCode.OK, null);
    }

    private (IMessage Request, StatusCode Expected, Action<byte[]>? Done) Answer(string id, PollWorkflowTaskQueueResponse task)
    {
        var expected = IsCurrent(id, task.WorkflowExecution) ? StatusCode.OK : StatusCode.NotFound;
        if (expected != StatusCode.OK)
        {
            _tasks.Remove(id);
        }

        if (random.Next(6) == 0)
        {
            return (
                new RespondWorkflowTaskFailedRequest
                {
                    TaskToken = task.TaskToken,
                    Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
                    Failure = new Failure { Message = "f" },
                },
                expected,
                _ => _tasks.Remove(id)
            );
        }

        // Whether signals came meanwhile decides whether a run may close, so none closes here: Terminate does.
        var request = new RespondWorkflowTaskCompletedRequest { TaskToken = task.TaskToken, Identity = "worker" };
        for (var i = random.Next(3); i > 0; i--)
        {
            var number = $"{++_numbers}";
            var command = random.Next(2) == 0 ? TestServer.Timer(number, TimeSpan.FromDays(1)) : TestServer.Activity(number, id);
            request.Commands.Add(command);
        }

        return (request, expected, _ => _tasks.Remove(id));
    }

    private (IMessage Request, StatusCode Expected, Action<byte[]>? Done) Answer(string id, PollActivityTaskQueueResponse activity)
    {
        var expected = IsCurrent(id, activity.WorkflowExecution) ? StatusCode.OK : StatusCode.NotFound;
        if (expected != StatusCode.OK)
        {
            _activities.Remove(id);
        }

        switch (random.Next(3))
        {
            case 0:
                return (new RecordActivityTaskHeartbeatRequest { TaskToken = activity.TaskToken }, expected, null);
            case 1:
                return (
                    new RespondActivityTaskFailedRequest
                    {
                        TaskToken = activity.TaskToken,
                        Failure = new Failure { Message = "f" },
                    },
                    expected,
                    _ => _activities.Remove(id)
                );
            default:
                return (new RespondActivityTaskCompletedRequest { TaskToken = activity.TaskToken }, expected, _ => _activities.Remove(id));
        }
    }

    private bool IsCurrent(string id, WorkflowExecution execution) => _open.GetValueOrDefault(id) == execution.RunId;

    private void Began(string id, string runId)
    {
        _open[id] = runId;
        _used.Add(id);
    }

    private void Ended(string id) => _open.Remove(id);

    private async Task<string> StateAsync(string id) => (await DescribeAsync(id)).State;

    private async Task<(DescribeWorkflowExecutionResponse? Described, string State)> DescribeAsync(string id)
    {
        var request = new DescribeWorkflowExecutionRequest
        {
            Namespace = Namespace,
            Execution = new WorkflowExecution { WorkflowId = id },
        };
        var (status, message, answer) = await SendAsync(request, counted: false);
        if (status != StatusCode.OK)
        {
            return (null, $"{status} {message}");
        }

        var described = DescribeWorkflowExecutionResponse.Parser.ParseFrom(answer);
        var info = described.WorkflowExecutionInfo;
        return (
            described,
            $"run {info.Execution.RunId} {info.Status}, {info.HistoryLength} events, {described.PendingActivities.Count} activities, "
                + $"workflow task {described.PendingWorkflowTask?.State}"
        );
    }

    private async Task<(StatusCode Status, string Message, byte[] Answer)> SendAsync(IMessage request, bool counted = true)
    {
        var (status, message, answer) = await server.TryAsync(
            request,
            TimeSpan.FromSeconds(request.Descriptor.Name.StartsWith("Poll", StringComparison.Ordinal) ? 3 : 60)
        );
        if (counted)
        {
            Statuses[status] = Statuses.GetValueOrDefault(status) + 1;
        }

        return (status, message, answer);
    }
}
