using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <content>The client steps.</content>
internal sealed partial class ScriptSession
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static async Task<T> UntilAsync<T>(string what, Func<Task<T?>> ask)
        where T : class
    {
        for (var end = DateTime.UtcNow + Limit; ; )
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException($"timed out waiting for {what}");
            }

            await Task.Delay(100);
        }
    }

    private static Task UntilAsync(string what, Func<Task<bool>> ask) => UntilAsync(what, async () => await ask() ? new object() : null);

    private async Task<object?> StepAsync(string name, OrderedDictionary<string, object?> step)
    {
        switch (name)
        {
            case "start":
                var started = await _client.StartWorkflowAsync("script", [Input(step)], StartOptions(step));
                return Started(step, started.FirstExecutionRunId ?? started.ResultRunId!);
            case "signalWithStart":
                var options = StartOptions(step);
                options.SignalWithStart((string)step["signal"]!, Raw(step.GetValueOrDefault("signalArgs")));
                var signaled = await _client.StartWorkflowAsync("script", [Input(step)], options);
                return Started(step, signaled.ResultRunId ?? signaled.RunId!);
            case "signal":
                await Handle(step).SignalAsync((string)step["signal"]!, Raw(step.GetValueOrDefault("args")));
                return ScriptValue.Undefined;
            case "query":
                return Plain(
                    await Handle(step)
                        .QueryAsync<IRawValue>(
                            (string)step["query"]!,
                            Raw(step.GetValueOrDefault("args")),
                            new()
                            {
                                RejectCondition = step.ContainsKey("rejectCondition")
                                    ? ScriptOptions.Enumeration(step, "rejectCondition", QueryRejectCondition.None)
                                    : null,
                            }
                        )
                );
            case "update":
                return await UpdateAsync(step);
            case "updateResult":
                var update = step.GetValueOrDefault("of") is string of
                    ? _updates[of]
                    : Handle(step).GetUpdateHandle((string)step["updateId"]!);
                return Plain(await update.GetResultAsync<IRawValue>());
            case "updateWithStart":
                return await UpdateWithStartAsync(step);
            case "result":
                return await ResultAsync(step);
            case "cancel":
                await Handle(step).CancelAsync();
                return ScriptValue.Undefined;
            case "terminate":
                await Handle(step)
                    .TerminateAsync(
                        step.GetValueOrDefault("reason") as string,
                        step.TryGetValue("details", out var details) ? new() { Details = Raw(details) } : null
                    );
                return ScriptValue.Undefined;
            case "describe":
                var description = await Handle(step).DescribeAsync();
                return await ScriptDescription.FieldsAsync(description, ((List<object?>)step["fields"]!).Cast<string>());
            case "waitDescribe":
                await UntilAsync(
                    $"{step["field"]} of {step["id"]}",
                    async () =>
                    {
                        var fields = await ScriptDescription.FieldsAsync(await Handle(step).DescribeAsync(), [(string)step["field"]!]);
                        return ScriptValue.Text(fields.GetAt(0).Value) == ScriptValue.Text(step["equals"]);
                    }
                );
                return ScriptValue.Undefined;
            case "reset":
                return await ResetAsync(step);
            default:
                return await OtherStepAsync(name, step);
        }
    }

    private async Task<object?> OtherStepAsync(string name, OrderedDictionary<string, object?> step)
    {
        switch (name)
        {
            case "count":
                return await UntilAsync(
                    $"count {step["query"]}",
                    async () =>
                    {
                        var count = (await _client.CountWorkflowsAsync((string)step["query"]!)).Count;
                        return count == (double)step["expect"]!
                            ? new OrderedDictionary<string, object?> { ["count"] = (double)count }
                            : null;
                    }
                );
            case "list":
                return await UntilAsync($"list {step["query"]}", () => ListAsync(step));
            case "activity":
                await ActivityAsync(step);
                return ScriptValue.Undefined;
            case "waitForActivity":
                await UntilAsync(
                    $"activity of {step["id"]}",
                    async () =>
                        (await Handle(step).DescribeAsync()).RawDescription.PendingActivities.Count(a =>
                            (step.GetValueOrDefault("activityId") is not string id || a.ActivityId == id)
                            && a.State == ScriptOptions.Enumeration(step, "state", PendingActivityState.Started)
                            && a.Attempt >= (step.GetValueOrDefault("attempt") as double? ?? 1)
                        ) >= (step.GetValueOrDefault("count") as double? ?? 1)
                );
                return ScriptValue.Undefined;
            case "waitForHistory":
                await UntilAsync($"{step["event"]} in {step["id"]}", () => HasEventsAsync(step));
                return ScriptValue.Undefined;
            case "settle":
                await SettleAsync(step);
                return ScriptValue.Undefined;
            case "sleep":
                await Task.Delay(TimeSpan.FromMilliseconds((double)step["ms"]!));
                return ScriptValue.Undefined;
            case "stopWorker":
                await StopWorkerAsync();
                return ScriptValue.Undefined;
            case "startWorker":
                StartWorker(step.GetValueOrDefault("worker") as OrderedDictionary<string, object?> ?? []);
                return ScriptValue.Undefined;
            case "join":
                await Task.WhenAll(
                    step.GetValueOrDefault("of") is List<object?> of ? of.Select(n => _background[(string)n!]) : _background.Values
                );
                return ScriptValue.Undefined;
            default:
                return await ScheduleStepAsync(name, step);
        }
    }

    private async Task<object?> ScheduleStepAsync(string name, OrderedDictionary<string, object?> step)
    {
        var id = (string)step["id"]!;
        var handle = _client.GetScheduleHandle(id);
        switch (name)
        {
            case "createSchedule":
                var action = (OrderedDictionary<string, object?>)step["action"]!;
                var state = step.GetValueOrDefault("state") as OrderedDictionary<string, object?> ?? [];
                await _client.CreateScheduleAsync(
                    id,
                    new(ScheduleActionStartWorkflow.Create("script", [Input(action)], new((string)action["workflowId"]!, TaskQueue)), new())
                    {
                        State = new()
                        {
                            Paused = state.GetValueOrDefault("paused") is true,
                            Note = state.GetValueOrDefault("note") as string,
                        },
                    },
                    new() { Memo = ScriptOptions.Memo(step.GetValueOrDefault("memo")) }
                );
                _schedules.Add(id);
                return ScriptValue.Undefined;
            case "triggerSchedule":
                await handle.TriggerAsync();
                return ScriptValue.Undefined;
            case "pauseSchedule":
                await (
                    step.GetValueOrDefault("unpause") is true
                        ? handle.UnpauseAsync(step.GetValueOrDefault("note") as string)
                        : handle.PauseAsync(step.GetValueOrDefault("note") as string)
                );
                return ScriptValue.Undefined;
            case "describeSchedule":
                return await DescribeScheduleAsync(step, handle);
            case "deleteSchedule":
                await handle.DeleteAsync();
                _schedules.Remove(id);
                return ScriptValue.Undefined;
            default:
                throw new InvalidOperationException($"unknown step {name}");
        }
    }

    private async Task<object?> DescribeScheduleAsync(OrderedDictionary<string, object?> step, ScheduleHandle handle)
    {
        var schedule = await UntilAsync(
            $"schedule {handle.Id}",
            async () =>
            {
                var found = await handle.DescribeAsync();
                return step.GetValueOrDefault("expectActions") is not double expected || found.Info.NumActions >= expected ? found : null;
            }
        );
        var executions = schedule.Info.RecentActions.Select(a => (ScheduleActionExecutionStartWorkflow)a.Action).ToList();
        foreach (var execution in executions)
        {
            _roots.Add((execution.WorkflowId, execution.FirstExecutionRunId));
        }

        var memo = new OrderedDictionary<string, object?>();
        foreach (var (name, value) in schedule.Memo)
        {
            memo[name] = ScriptValue.Parse(value.Payload);
        }

        if (step.GetValueOrDefault("as") is string key)
        {
            _values[key] = new OrderedDictionary<string, object?>
            {
                ["workflowIds"] = executions.Select(e => (object?)e.WorkflowId).ToList(),
            };
        }

        return new OrderedDictionary<string, object?>
        {
            ["paused"] = schedule.Schedule.State.Paused,
            ["note"] = schedule.Schedule.State.Note ?? string.Empty,
            ["workflowType"] = ((ScheduleActionStartWorkflow)schedule.Schedule.Action).Workflow,
            ["overlap"] = ScriptFailures.ProtoName(schedule.Schedule.Policy.Overlap.ToString()),
            ["actionsTaken"] = (double)schedule.Info.NumActions,
            ["recentActions"] = (double)schedule.Info.RecentActions.Count,
            ["memo"] = memo,
            ["remainingActions"] = schedule.Schedule.State.LimitedActions ? (double)schedule.Schedule.State.RemainingActions : null,
            ["intervals"] = new List<object?>(),
        };
    }

    private WorkflowHandle Handle(OrderedDictionary<string, object?> step) =>
        _client.GetWorkflowHandle((string)step["id"]!, step.GetValueOrDefault("run") as string);

    private RawValue Input(OrderedDictionary<string, object?> step) =>
        ScriptValue.ToRaw(
            new OrderedDictionary<string, object?>
            {
                ["scripts"] = _scripts,
                ["start"] = step["script"],
                ["args"] = step.TryGetValue("args", out var args) ? ScriptActivities.Real(args) : null,
            }
        );

    private static IReadOnlyCollection<object?> Raw(object? values) =>
        values is List<object?> list ? [.. list.Select(v => (object?)ScriptValue.ToRaw(ScriptActivities.Real(v)))] : [];

    private static object? Plain(IRawValue? value)
    {
        var parsed = value is null ? null : ScriptValue.Parse(value.Payload);
        return ScriptValue.IsUndefined(parsed) ? null : ScriptValue.Describable(parsed);
    }

    private OrderedDictionary<string, object?> Started(OrderedDictionary<string, object?> step, string runId)
    {
        _roots.Add(((string)step["id"]!, runId));
        return new() { ["runId"] = runId };
    }

    private WorkflowOptions StartOptions(OrderedDictionary<string, object?> step)
    {
        var o = step.GetValueOrDefault("options") as OrderedDictionary<string, object?> ?? [];
        return new((string)step["id"]!, TaskQueue)
        {
            ExecutionTimeout = ScriptOptions.Time(o.GetValueOrDefault("executionTimeout")),
            RunTimeout = ScriptOptions.Time(o.GetValueOrDefault("runTimeout")),
            TaskTimeout = ScriptOptions.Time(o.GetValueOrDefault("taskTimeout")),
            StartDelay = ScriptOptions.Time(o.GetValueOrDefault("startDelay")),
            RetryPolicy = ScriptOptions.RetryOf(o.GetValueOrDefault("retry")),
            CronSchedule = o.GetValueOrDefault("cron") as string,
            Memo = ScriptOptions.Memo(o.GetValueOrDefault("memo")),
            TypedSearchAttributes = ScriptOptions.Attributes(o.GetValueOrDefault("searchAttributes")),
            StaticSummary = o.GetValueOrDefault("staticSummary") as string,
            StaticDetails = o.GetValueOrDefault("staticDetails") as string,
            IdReusePolicy = ScriptOptions.Enumeration(o, "idReusePolicy", WorkflowIdReusePolicy.AllowDuplicate),
            IdConflictPolicy = ScriptOptions.Enumeration(o, "idConflictPolicy", WorkflowIdConflictPolicy.Unspecified),
            Priority = ScriptOptions.PriorityOf(o),
        };
    }

    private async Task<object?> UpdateAsync(OrderedDictionary<string, object?> step)
    {
        var (name, args, id) = ((string)step["update"]!, Raw(step.GetValueOrDefault("args")), step.GetValueOrDefault("updateId") as string);
        if (step.GetValueOrDefault("wait") is "accepted")
        {
            var handle = await Handle(step).StartUpdateAsync(name, args, new() { Id = id, WaitForStage = WorkflowUpdateStage.Accepted });
            _updates[(string)step["as"]!] = handle;
            return new OrderedDictionary<string, object?> { ["updateId"] = id is null ? "<generated>" : handle.Id };
        }

        return Plain(await Handle(step).ExecuteUpdateAsync<IRawValue>(name, args, new() { Id = id }));
    }

    private async Task<object?> UpdateWithStartAsync(OrderedDictionary<string, object?> step)
    {
        var options = StartOptions(step);
        options.IdConflictPolicy =
            options.IdConflictPolicy == WorkflowIdConflictPolicy.Unspecified ? WorkflowIdConflictPolicy.Fail : options.IdConflictPolicy;
        var start = WithStartWorkflowOperation.Create("script", [Input(step)], options);
        try
        {
            var handle = await _client.StartUpdateWithStartWorkflowAsync<IRawValue>(
                (string)step["update"]!,
                Raw(step.GetValueOrDefault("updateArgs")),
                new(start, WorkflowUpdateStage.Completed) { Id = step.GetValueOrDefault("updateId") as string }
            );
            return Plain(await handle.GetResultAsync());
        }
        finally
        {
            if (start.GetHandleAsync() is { IsCompletedSuccessfully: true } started)
            {
                var workflow = await started;
                _roots.Add((workflow.Id, (await workflow.DescribeAsync()).RunId));
            }
        }
    }

    private async Task<object?> ResetAsync(OrderedDictionary<string, object?> step)
    {
        var (id, run) = ((string)step["id"]!, step.GetValueOrDefault("run") as string);
        var events = await EventsAsync(id, run);
        var completed = events.Where(e => e.EventType == EventType.WorkflowTaskCompleted).ElementAt((int)(double)step["workflowTask"]! - 1);
        var request = new ResetWorkflowExecutionRequest
        {
            Namespace = _client.Options.Namespace,
            WorkflowExecution = new() { WorkflowId = id, RunId = run ?? string.Empty },
            Reason = step.GetValueOrDefault("reason") as string ?? string.Empty,
            WorkflowTaskFinishEventId = completed.EventId,
            RequestId = Guid.NewGuid().ToString(),
            Identity = "client",
        };
        request.ResetReapplyExcludeTypes.AddRange(
            (step.GetValueOrDefault("exclude") as List<object?> ?? []).Select(t =>
                Enum.Parse<ResetReapplyExcludeType>((string)t!, ignoreCase: true)
            )
        );
        return Started(step, (await _client.WorkflowService.ResetWorkflowExecutionAsync(request, new() { Retry = true })).RunId);
    }

    // The recording SDK calls a run that is followed by another, for whatever reason, continued; ours gives the run's own result.
    private async Task<object?> ResultAsync(OrderedDictionary<string, object?> step)
    {
        var handle = Handle(step);
        if (step.GetValueOrDefault("followRuns") is not false)
        {
            return Plain(await handle.GetResultAsync<IRawValue>());
        }

        var result = handle.GetResultAsync<IRawValue>(followRuns: false);
        await Task.WhenAny(result);
        var close = (await EventsAsync(handle.Id, handle.RunId))[^1];
        var next =
            close.WorkflowExecutionCompletedEventAttributes?.NewExecutionRunId
            ?? close.WorkflowExecutionFailedEventAttributes?.NewExecutionRunId;
        return string.IsNullOrEmpty(next) ? Plain(await result) : throw new WorkflowContinuedAsNewException(next);
    }

    private async Task<object?> ListAsync(OrderedDictionary<string, object?> step)
    {
        var found = new List<OrderedDictionary<string, object?>>();
        await foreach (var workflow in _client.ListWorkflowsAsync((string)step["query"]!))
        {
            found.Add(
                new()
                {
                    ["workflowId"] = workflow.Id,
                    ["status"] = ScriptFailures.ProtoName(workflow.Status.ToString()),
                    ["type"] = workflow.WorkflowType,
                }
            );
        }

        return found.Count == (double)step["expect"]!
            ? found.OrderBy(w => (string)w["workflowId"]!, StringComparer.Ordinal).Cast<object?>().ToList()
            : null;
    }

    private async Task ActivityAsync(OrderedDictionary<string, object?> step)
    {
        var (id, activity) = ((string)step["id"]!, (string)step["activityId"]!);
        var handle = step.GetValueOrDefault("by") is "token"
            ? _client.GetAsyncActivityHandle(
                await UntilAsync(
                    $"token of {activity}",
                    () => Task.FromResult(ScriptActivities.Tokens.GetValueOrDefault($"{id}/{activity}"))
                )
            )
            : _client.GetAsyncActivityHandle(id, step.GetValueOrDefault("run") as string ?? string.Empty, activity);
        var value = ScriptValue.ToRaw(ScriptActivities.Real(step.GetValueOrDefault("value", ScriptValue.Undefined)));
        switch (step["action"])
        {
            case "complete":
                await handle.CompleteAsync(value);
                break;
            case "fail":
                await handle.FailAsync(ScriptFailures.Make((OrderedDictionary<string, object?>)step["failure"]!, v => v));
                break;
            case "cancelled":
                await handle.ReportCancellationAsync(new() { Details = [value] });
                break;
            default:
                await handle.HeartbeatAsync(new() { Details = [value] });
                break;
        }
    }

    private async Task<bool> HasEventsAsync(OrderedDictionary<string, object?> step)
    {
        try
        {
            var events = await EventsAsync((string)step["id"]!, step.GetValueOrDefault("run") as string);
            return events.Count(e => e.EventType.ToString() == (string)step["event"]!) >= (step.GetValueOrDefault("count") as double? ?? 1);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task SettleAsync(OrderedDictionary<string, object?> step)
    {
        var last = -1L;
        var since = DateTime.UtcNow;
        await UntilAsync(
            $"{step["id"]} to settle",
            async () =>
            {
                var raw = (await Handle(step).DescribeAsync()).RawDescription;
                var length = raw.WorkflowExecutionInfo.HistoryLength;
                if (raw.PendingWorkflowTask is not null || length != last || length < 4)
                {
                    (last, since) = (length, DateTime.UtcNow);
                    return false;
                }

                return DateTime.UtcNow - since >= TimeSpan.FromMilliseconds(step.GetValueOrDefault("ms") as double? ?? 300);
            }
        );
    }
}
