using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporal.Server;
using Temporal.Server.Common;
using Temporal.Server.Frontend;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>Takes a server and a model through the same steps, and says where they part.</summary>
internal sealed class CaseRun(ICalls calls, ServerComposition parts, ManualClock clock, string id)
{
    private static readonly Duration TaskTimeout = new() { Seconds = 10 };
    private static readonly Duration ActivityTimeout = new() { Seconds = 30 };

    private readonly WorkflowModel _model = new(clock.GetUtcNow());
    private readonly List<(int Model, ByteString Server)> _workflowTokens = [];
    private readonly List<(int Model, ByteString Server)> _activityTokens = [];

    /// <summary>The events so far, according to the model.</summary>
    public IReadOnlyList<EventType> Events => _model.Events;

    /// <summary>Null when server and model agree; else after which step they do not, and how.</summary>
    public async Task<string?> RunAsync(IReadOnlyList<Step> steps)
    {
        await calls.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Model" },
                TaskQueue = new TaskQueue { Name = id },
                RequestId = id,
                WorkflowTaskTimeout = TaskTimeout,
            },
            StartWorkflowExecutionResponse.Parser
        );
        _model.Begin();
        for (var i = 0; i < steps.Count; i++)
        {
            if ((await TakeAsync(steps[i]) ?? await CompareAsync()) is { } difference)
            {
                return $"after step {i + 1}, {steps[i]}: {difference}\n  of {string.Join(", ", steps)}";
            }
        }

        return _model.IsOpen ? await SameAsync(_model.Terminate, () => TerminateAsync()) : null;
    }

    private async Task<string?> TakeAsync(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Work:
                return await TakeAsync(step with { Kind = Duty(step.Number), Back = 0 });
            case StepKind.Signal:
                return await SameAsync(
                    () => _model.Signal(step.Number),
                    () =>
                        calls.CallAsync(
                            new SignalWorkflowExecutionRequest
                            {
                                Namespace = "default",
                                WorkflowExecution = Execution,
                                SignalName = "s",
                                RequestId = $"r{step.Number}",
                            },
                            SignalWorkflowExecutionResponse.Parser
                        )
                );
            case StepKind.Cancel:
                return await SameAsync(
                    _model.Cancel,
                    () =>
                        calls.CallAsync(
                            new RequestCancelWorkflowExecutionRequest
                            {
                                Namespace = "default",
                                WorkflowExecution = Execution,
                                RequestId = Guid.NewGuid().ToString(),
                            },
                            RequestCancelWorkflowExecutionResponse.Parser
                        )
                );
            case StepKind.Terminate:
                return await SameAsync(_model.Terminate, TerminateAsync);
            case StepKind.Advance:
                await AdvanceAsync(step.Duration);
                return null;
            case StepKind.Reload:
                await parts.Store.ChangeAsync(NamespaceRegistry.Default.Id, id, parts.Store.Drop);
                return null;
            default:
                return await WorkAsync(step);
        }
    }

    /// <summary>
    /// The next pending work, workflow tasks first. Time passes if none is pending. A started activity is sometimes left alone.
    /// </summary>
    private StepKind Duty(int number)
    {
        if (_model.CanPollWorkflowTask)
        {
            return StepKind.PollWorkflowTask;
        }

        if (_model.Task is { Started: true })
        {
            return StepKind.CompleteWorkflowTask;
        }

        if (_model.Choose(number) is not null)
        {
            return StepKind.PollActivity;
        }

        return !_model.Activities.Values.Any(activity => activity.Started is not null)
            ? StepKind.Advance
            : number switch
            {
                < 4 => StepKind.FailActivity,
                < 7 => StepKind.CompleteActivity,
                _ => StepKind.Advance,
            };
    }

    private async Task<string?> WorkAsync(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.PollWorkflowTask:
                return _model.CanPollWorkflowTask ? await PollWorkflowTaskAsync() : null;
            case StepKind.PollActivity:
                return _model.Choose(step.Number) is { } activity ? await PollActivityAsync(activity) : null;
            case StepKind.CompleteWorkflowTask:
                return Token(_workflowTokens, step) is { } completed ? await CompleteWorkflowTaskAsync(completed, step) : null;
            case StepKind.FailWorkflowTask:
                return Token(_workflowTokens, step) is not { } failed
                    ? null
                    : await SameAsync(
                        () => _model.FailWorkflowTask(failed.Model),
                        () =>
                            calls.CallAsync(
                                new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = failed.Server },
                                RespondWorkflowTaskFailedResponse.Parser
                            )
                    );
            case StepKind.CompleteActivity:
                return Token(_activityTokens, step) is not { } done
                    ? null
                    : await SameAsync(
                        () => _model.CompleteActivity(done.Model),
                        () =>
                            calls.CallAsync(
                                new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = done.Server },
                                RespondActivityTaskCompletedResponse.Parser
                            )
                    );
            case StepKind.FailActivity:
                return Token(_activityTokens, step) is not { } broken
                    ? null
                    : await SameAsync(
                        () => _model.FailActivity(broken.Model),
                        () =>
                            calls.CallAsync(
                                new RespondActivityTaskFailedRequest
                                {
                                    Namespace = "default",
                                    TaskToken = broken.Server,
                                    Failure = new Temporalio.Api.Failure.V1.Failure { ApplicationFailureInfo = new() },
                                },
                                RespondActivityTaskFailedResponse.Parser
                            )
                    );
            default:
                return Token(_activityTokens, step) is not { } beating
                    ? null
                    : await SameAsync(
                        () => _model.Heartbeat(beating.Model),
                        () =>
                            calls.CallAsync(
                                new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = beating.Server },
                                RecordActivityTaskHeartbeatResponse.Parser
                            )
                    );
        }
    }

    private async Task<string?> PollWorkflowTaskAsync()
    {
        var task = await calls.CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = id },
            },
            PollWorkflowTaskQueueResponse.Parser
        );
        if (task.TaskToken.IsEmpty)
        {
            return "the model has a workflow task, the server has none";
        }

        var timeout = task
            .History.Events.Last(e => e.WorkflowTaskScheduledEventAttributes is not null)
            .WorkflowTaskScheduledEventAttributes.StartToCloseTimeout.ToTimeSpan();
        var (least, most) = _model.TaskTimeouts;
        _workflowTokens.Add((_model.PollWorkflowTask(timeout), task.TaskToken));
        return timeout < least || timeout > most
            ? $"the model gives {least.TotalSeconds} to {most.TotalSeconds} s, the server {timeout.TotalSeconds}"
            : null;
    }

    private async Task<string?> PollActivityAsync(string activity)
    {
        var task = await calls.CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = Queue(activity) },
            },
            PollActivityTaskQueueResponse.Parser
        );
        _activityTokens.Add((_model.PollActivity(activity), task.TaskToken));
        return task.TaskToken.IsEmpty ? $"the model has activity {activity}, the server has not" : null;
    }

    private Task<string?> CompleteWorkflowTaskAsync((int Model, ByteString Server) token, Step step)
    {
        var request = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = token.Server };
        request.Commands.AddRange(Commands(step));
        return SameAsync(
            () => _model.CompleteWorkflowTask(token.Model, step.Answer, step.Number),
            () => calls.CallAsync(request, RespondWorkflowTaskCompletedResponse.Parser)
        );
    }

    private IEnumerable<Command> Commands(Step step) =>
        step.Answer switch
        {
            Answer.Activity => [Activity(_model.NextId('a'))],
            Answer.TwoActivities => [Activity(_model.NextId('a')), Activity(_model.NextId('a', 2))],
            Answer.Timer => [TestServer.Timer(_model.NextId('t'), WorkflowModel.TimerOf(step.Number))],
            Answer.CancelTimer when _model.TimerToCancel(step.Number) is { } timer =>
            [
                new Command
                {
                    CommandType = CommandType.CancelTimer,
                    CancelTimerCommandAttributes = new CancelTimerCommandAttributes { TimerId = timer },
                },
            ],
            Answer.CancelActivity when _model.ActivityToCancel(step.Number) is { } activity =>
            [
                new Command
                {
                    CommandType = CommandType.RequestCancelActivityTask,
                    RequestCancelActivityTaskCommandAttributes = new RequestCancelActivityTaskCommandAttributes
                    {
                        ScheduledEventId = activity.Scheduled,
                    },
                },
            ],
            Answer.Complete => [TestServer.Complete()],
            Answer.Fail =>
            [
                new Command
                {
                    CommandType = CommandType.FailWorkflowExecution,
                    FailWorkflowExecutionCommandAttributes = new FailWorkflowExecutionCommandAttributes
                    {
                        Failure = new Temporalio.Api.Failure.V1.Failure { Message = "x" },
                    },
                },
            ],
            _ => [],
        };

    private Command Activity(string activity)
    {
        var command = TestServer.Activity(activity, Queue(activity));
        command.ScheduleActivityTaskCommandAttributes.StartToCloseTimeout = ActivityTimeout;
        command.ScheduleActivityTaskCommandAttributes.RetryPolicy = new RetryPolicy
        {
            InitialInterval = new Duration { Seconds = 1 },
            BackoffCoefficient = 1,
            MaximumAttempts = 3,
        };
        return command;
    }

    private Task TerminateAsync() =>
        calls.CallAsync(
            new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution },
            TerminateWorkflowExecutionResponse.Parser
        );

    private async Task AdvanceAsync(TimeSpan by)
    {
        clock.Advance(by);
        _model.Advance(by);
        parts.Timers.CheckClock();
        while (parts.Timers.AtRest is not { } rest || rest.NextDue <= clock.GetUtcNow())
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Compares everything that a client can see: events, status, pending task and activities.</summary>
    private async Task<string?> CompareAsync()
    {
        var history = await calls.CallAsync(
            new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = Execution },
            GetWorkflowExecutionHistoryResponse.Parser
        );
        var description = await calls.CallAsync(
            new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = Execution },
            DescribeWorkflowExecutionResponse.Parser
        );

        // An attempt that no event tells is shown to clients behind the last event.
        var events = history.History.Events.Select(e => e.EventType).Take((int)description.WorkflowExecutionInfo.HistoryLength).ToList();
        return Differ("events", string.Join(' ', _model.Events), string.Join(' ', events))
            ?? Differ("open", _model.IsOpen, description.WorkflowExecutionInfo.Status == WorkflowExecutionStatus.Running)
            ?? (_model.IsOpen ? ComparePending(description) : null);
    }

    private string? ComparePending(DescribeWorkflowExecutionResponse description)
    {
        var task = description.PendingWorkflowTask;
        var activities = description
            .PendingActivities.OrderBy(a => a.ActivityId, StringComparer.Ordinal)
            .Select(a => $"{a.ActivityId} attempt {a.Attempt} {(a.State is PendingActivityState.Scheduled ? "waits" : "started")}");
        return Differ(
                "workflow task",
                _model.Task is { } expected ? (expected.Started ? "started" : "scheduled") : "none",
                task is null ? "none"
                    : task.State == PendingWorkflowTaskState.Started ? "started"
                    : "scheduled"
            )
            ?? Differ(
                "activities",
                string.Join(
                    ", ",
                    _model.Activities.Values.Select(a => $"{a.Id} attempt {a.Attempt} {(a.Started is null ? "waits" : "started")}")
                ),
                string.Join(", ", activities)
            );
    }

    private static string? Differ<T>(string what, T model, T server) =>
        Equals(model, server) ? null : $"{what}: the model has '{model}', the server '{server}'";

    private static async Task<string?> SameAsync(Func<StatusCode> model, Func<Task> server)
    {
        var status = StatusCode.OK;
        var message = "";
        try
        {
            await server();
        }
        catch (RpcException refused)
        {
            (status, message) = (refused.StatusCode, refused.Status.Detail);
        }

        var expected = model();
        return status == expected ? null : $"the model answers {expected}, the server {status} {message}";
    }

    private static (int Model, ByteString Server)? Token(List<(int Model, ByteString Server)> tokens, Step step) =>
        tokens.Count == 0 ? null : tokens[Math.Max(0, tokens.Count - 1 - step.Back)];

    private WorkflowExecution Execution => new() { WorkflowId = id };

    private string Queue(string activity) => $"{id}-{activity}";
}
