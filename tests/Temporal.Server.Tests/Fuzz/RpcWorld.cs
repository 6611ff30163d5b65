using Google.Protobuf;
using Grpc.Core;
using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>Workflows and schedules for fuzzed requests, their visible state, and detection of when they are idle.</summary>
internal sealed class RpcWorld(TestServer server, Seeds seeds, Random random)
{
    private const int Workflows = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollPatience = TimeSpan.FromMilliseconds(2_500);

    /// <summary>Sees to it that there is something to ask for: open runs, some with tasks that somebody works on, and a schedule.</summary>
    public async Task PopulateAsync()
    {
        var id = $"w{random.Next(Workflows)}";
        seeds.Add("task_queue", id);
        var started = await server.TryAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Test" },
                TaskQueue = new TaskQueue { Name = id },
                RequestId = Guid.NewGuid().ToString(),
                WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                WorkflowTaskTimeout = new() { Seconds = 120 },
            },
            Patience
        );
        if (started.Status == StatusCode.OK)
        {
            var runId = StartWorkflowExecutionResponse.Parser.ParseFrom(started.Answer).RunId;
            seeds.Add("execution", new WorkflowExecution { WorkflowId = id, RunId = runId });
        }

        await WorkAsync(id);
        var schedule = $"s-{random.Next(8)}";
        var made = await server.TryAsync(
            new CreateScheduleRequest
            {
                Namespace = "default",
                ScheduleId = schedule,
                RequestId = Guid.NewGuid().ToString(),
                Schedule = new Schedule
                {
                    Spec = new ScheduleSpec { Interval = { new IntervalSpec { Interval = new() { Seconds = 8_640_000 } } } },
                    Action = new ScheduleAction
                    {
                        StartWorkflow = new NewWorkflowExecutionInfo
                        {
                            WorkflowId = "scheduled",
                            WorkflowType = new WorkflowType { Name = "Test" },
                            TaskQueue = new TaskQueue { Name = id },
                        },
                    },
                },
            },
            Patience
        );
        if (made.Status is StatusCode.OK or StatusCode.AlreadyExists)
        {
            seeds.Add("schedule_id", schedule);
        }
    }

    /// <summary>True if a poll would find a task at once.</summary>
    public bool HasTask(IMessage request) =>
        request.Descriptor.FindFieldByName("task_queue")?.Accessor.GetValue(request) is TaskQueue { Name: { } name }
        && Backlog(name, activity: request is PollActivityTaskQueueRequest) > 0;

    /// <summary>
    /// Waits for what a request has begun and continues by itself: a batch operation, a deletion, what runs ask of each other.
    /// </summary>
    public async Task SettleAsync(IMessage request)
    {
        if (request is StartBatchOperationRequest batch)
        {
            seeds.Add("job_id", batch.JobId);
            var describe = new DescribeBatchOperationRequest { Namespace = "default", JobId = batch.JobId };
            while ((await server.CallAsync(describe, DescribeBatchOperationResponse.Parser)).State == BatchOperationState.Running)
            {
                await Task.Delay(2);
            }
        }
        else if (request is DeleteWorkflowExecutionRequest deleted)
        {
            var look = new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = deleted.WorkflowExecution };
            var seen = (await server.TryAsync(look, Patience)).Answer;
            while (
                seen.Length > 0
                && (await server.TryAsync(look, Patience)) is { Status: StatusCode.OK, Answer: var now }
                && RunOf(now) == RunOf(seen)
            )
            {
                await Task.Delay(2);
            }
        }

        while (server.Server.Parts.Database.Read(TransferTaskSqlTable.All).Count > 0)
        {
            await Task.Delay(2);
        }
    }

    /// <summary>The visible state of the workflows and schedules.</summary>
    public async Task<RpcDigest> DigestAsync()
    {
        List<string> seen = [];
        Dictionary<string, string> inHand = [];
        for (var i = 0; i < Workflows; i++)
        {
            var (status, _, answer) = await server.TryAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = $"w{i}" },
                },
                Patience
            );
            if (status == StatusCode.OK)
            {
                var run = DescribeWorkflowExecutionResponse.Parser.ParseFrom(answer);
                var info = run.WorkflowExecutionInfo;
                if (run.PendingWorkflowTask is { State: PendingWorkflowTaskState.Started } task)
                {
                    inHand[info.Execution.RunId] = $"{task.Attempt} {task.StartedTime}";
                }

                var activities = run.PendingActivities.Select(a => $"{a.ActivityId} {a.Paused} {a.ActivityOptions}").Order();

                // Tasks that nobody answers time out by themselves.
                var events = (await server.HistoryAsync($"w{i}"))
                    .GroupBy(e => e.EventType)
                    .Where(group => !group.Key.ToString().StartsWith("WorkflowTask", StringComparison.Ordinal))
                    .Select(group => $"{group.Count()} {group.Key}");
                seen.Add($"w{i}/{info.Execution.RunId} {info.Status} {string.Join(", ", events)}; {string.Join(", ", activities)}");
            }
        }

        var schedules = await server.CallAsync(
            new ListSchedulesRequest { Namespace = "default", MaximumPageSize = 500 },
            ListSchedulesResponse.Parser
        );
        seen.AddRange(schedules.Schedules.Select(s => $"{s.ScheduleId} {s.Info.Paused} {s.Info.Notes}").Order(StringComparer.Ordinal));
        return new RpcDigest(string.Join('\n', seen), inHand);
    }

    private static string RunOf(byte[] described) =>
        DescribeWorkflowExecutionResponse.Parser.ParseFrom(described).WorkflowExecutionInfo.Execution.RunId;

    private int Backlog(string queue, bool activity) =>
        server.Server.Parts.Queues.Get(NamespaceRegistry.Default.Id, queue, activity).Backlog;

    /// <summary>Takes what waits in a run's queue: its task asks for an activity or stays in hand, and the activity is begun.</summary>
    private async Task WorkAsync(string id)
    {
        var queue = new TaskQueue { Name = id };
        if (Backlog(id, activity: false) > 0)
        {
            var polled = await server.TryAsync(new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = queue }, PollPatience);
            if (
                polled.Status == StatusCode.OK
                && PollWorkflowTaskQueueResponse.Parser.ParseFrom(polled.Answer) is { TaskToken.IsEmpty: false } task
            )
            {
                if (random.Next(2) == 0)
                {
                    seeds.Add("PollWorkflowTaskQueue.task_token", task.TaskToken);
                    return;
                }

                var activity = TestServer.Activity("a", id);
                activity.ScheduleActivityTaskCommandAttributes.StartToCloseTimeout = new() { Seconds = 86_400 };
                await server.TryAsync(
                    new RespondWorkflowTaskCompletedRequest
                    {
                        Namespace = "default",
                        TaskToken = task.TaskToken,
                        Commands = { activity },
                    },
                    Patience
                );
            }
        }

        if (Backlog(id, activity: true) > 0)
        {
            var polled = await server.TryAsync(new PollActivityTaskQueueRequest { Namespace = "default", TaskQueue = queue }, PollPatience);
            if (
                polled.Status == StatusCode.OK
                && PollActivityTaskQueueResponse.Parser.ParseFrom(polled.Answer) is { TaskToken.IsEmpty: false } begun
            )
            {
                seeds.Add("PollActivityTaskQueue.task_token", begun.TaskToken);
            }
        }
    }
}

/// <summary>The visible state at one time.</summary>
/// <param name="Seen">Of workflows and schedules.</param>
/// <param name="InHand">Workflow tasks that a worker had, by their run.</param>
internal sealed record RpcDigest(string Seen, IReadOnlyDictionary<string, string> InHand)
{
    /// <summary>
    /// True if the later state differs for a reason other than elapsed time. Events that arrive while a worker has a task are written when
    /// the task times out.
    /// </summary>
    public bool DiffersFrom(RpcDigest later) =>
        Seen != later.Seen && InHand.All(task => later.InHand.TryGetValue(task.Key, out var there) && there == task.Value);
}
