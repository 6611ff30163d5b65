using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Runs one scenario live: its own ids and task queue, its worker, its client steps. Then reads what it left.</summary>
internal sealed partial class ScriptSession : IAsyncDisposable
{
    private readonly ITemporalClient _client;
    private readonly OrderedDictionary<string, object?> _scenario;
    private readonly string _prefix = $"c{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}-";
    private readonly Dictionary<string, object?> _values = [];
    private readonly Dictionary<string, WorkflowUpdateHandle> _updates = [];
    private readonly Dictionary<string, Task> _background = [];
    private readonly HashSet<string> _schedules = [];
    private readonly List<(string WorkflowId, string RunId)> _roots = [];
    private readonly object? _scripts;
    private CancellationTokenSource? _stopWorker;
    private Task _worker = Task.CompletedTask;

    public ScriptSession(ITemporalClient client, JsonElement scenario)
    {
        _client = client;
        _scenario = (OrderedDictionary<string, object?>)ScriptValue.Parse(scenario)!;
        _scripts = WithPrefix(_scenario["scripts"]);
    }

    /// <summary>With it, another SDK works on the scenario before or after ours.</summary>
    public HandOver? HandOver { get; set; }

    private string TaskQueue => $"{_prefix}tq";

    /// <summary>Runs all steps.</summary>
    /// <returns>Outcomes and histories, normalised.</returns>
    public async Task<(JsonObject Recorded, List<WorkflowHistory> Raw)> RunAsync()
    {
        if (!_scenario.TryGetValue("worker", out var worker) || worker is not null)
        {
            if (HandOver is { OursFirst: false } theirs)
            {
                await theirs.Workers.StartWorkerAsync(TaskQueue);
            }
            else
            {
                StartWorker([]);
            }
        }

        var steps = (List<object?>)WithPrefix(_scenario["client"])!;
        var outcomes = new SortedDictionary<int, OrderedDictionary<string, object?>>();
        for (var i = 0; i < steps.Count; i++)
        {
            var step = (OrderedDictionary<string, object?>)steps[i]!;
            var running = PerformAsync(i, step, outcomes);
            if (step.GetValueOrDefault("background") is string name)
            {
                _background[name] = running;
            }
            else
            {
                await running;
            }

            if (HandOver is { Done: false } && _roots.Count > 0)
            {
                await HandOverAsync();
            }
        }

        await Task.WhenAll(_background.Values);
        return await CollectAsync(outcomes.Values);
    }

    /// <summary>What has happened so far, for a person who looks for the reason of a failure.</summary>
    public async Task<string> DescribeRunsAsync()
    {
        var lines = new List<string>();
        foreach (var (workflowId, runs) in await ChainsAsync())
        {
            lines.AddRange(
                runs.Select(events =>
                    $"    {workflowId}: {string.Join(" ", events.Select(e => $"{e.EventId}.{e.EventType}"))} | "
                    + $"{string.Join(" | ", events.Select(e => e.WorkflowTaskFailedEventAttributes?.Failure?.Message).OfType<string>())}"
                )
            );
        }

        return string.Join("\n", lines);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _schedules)
        {
            await IgnoreAsync(() => _client.GetScheduleHandle(id).DeleteAsync());
        }

        foreach (var id in _roots.Select(r => r.WorkflowId).Distinct(StringComparer.Ordinal))
        {
            await IgnoreAsync(() => _client.GetWorkflowHandle(id).TerminateAsync("end of scenario"));
        }

        await StopWorkerAsync();
        if (HandOver is { TheirsRun: true } theirs)
        {
            await theirs.Workers.StopWorkerAsync(TaskQueue);
        }
    }

    // As soon as the first worker has done something for the first run.
    private async Task HandOverAsync()
    {
        HandOver!.Done = true;
        var (workflowId, runId) = _roots[0];
        while (!(await EventsAsync(workflowId, runId)).Any(e => e.WorkflowTaskCompletedEventAttributes is not null))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        if (HandOver.OursFirst)
        {
            await StopWorkerAsync();
            await HandOver.Workers.StartWorkerAsync(TaskQueue);
        }
        else
        {
            await HandOver.Workers.StopWorkerAsync(TaskQueue);
            StartWorker([]);
        }
    }

    // What is gone already need not be ended.
    private static async Task IgnoreAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            return;
        }
    }

    private void StartWorker(OrderedDictionary<string, object?> over)
    {
        var options = new OrderedDictionary<string, object?>(
            (_scenario.GetValueOrDefault("worker") as OrderedDictionary<string, object?>) ?? []
        );
        foreach (var (name, value) in over)
        {
            options[name] = value;
        }

        var types = options.GetValueOrDefault("failureErrorTypes") as List<object?>;
        var worker = new TemporalWorker(
            _client,
            new TemporalWorkerOptions(TaskQueue)
            {
                MaxCachedWorkflows = options.GetValueOrDefault("maxCachedWorkflows") is double cached ? (int)cached : 100,
                MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
                DefaultHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
                MaxConcurrentWorkflowTaskPolls = 2,
                MaxConcurrentActivityTaskPolls = 2,
                MaxConcurrentActivities = options.GetValueOrDefault("maxConcurrentActivities") is double activities
                    ? (int)activities
                    : null,
                MaxConcurrentLocalActivities = options.GetValueOrDefault("maxConcurrentLocalActivities") is double locals
                    ? (int)locals
                    : null,
                WorkflowFailureExceptionTypes = types is null ? null : ScriptWorker.FailureTypes(types.Cast<string>()),
                StickyQueueScheduleToStartTimeout = TimeSpan.FromMilliseconds(
                    options.GetValueOrDefault("stickyTimeout") as double? ?? 10_000
                ),
                GracefulShutdownTimeout = TimeSpan.FromSeconds(20),
            }
                .AddWorkflow(ScriptWorkflow.Definition(options.GetValueOrDefault("variant") as string ?? "v1"))
                .AddActivity(ScriptActivities.ActAsync)
        );
        _stopWorker = new();
        var stop = _stopWorker.Token;
        _worker = Task.Run(async () =>
        {
            using (worker)
            {
                try
                {
                    await worker.ExecuteAsync(stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
            }
        });
    }

    private async Task StopWorkerAsync()
    {
        if (_stopWorker is { } stop)
        {
            _stopWorker = null;
            await stop.CancelAsync();
            await _worker;
        }
    }

    private async Task PerformAsync(
        int index,
        OrderedDictionary<string, object?> step,
        SortedDictionary<int, OrderedDictionary<string, object?>> outcomes
    )
    {
        var name = (string)step["step"]!;
        var outcome = new OrderedDictionary<string, object?> { ["step"] = (double)index, ["name"] = name };
        try
        {
            var resolved = (OrderedDictionary<string, object?>)Resolve(step)!;
            var value = await StepAsync(name, resolved);
            if (ScriptValue.IsUndefined(value))
            {
                return;
            }

            if (step.GetValueOrDefault("as") is string key && value is OrderedDictionary<string, object?> members)
            {
                var kept = new OrderedDictionary<string, object?>(
                    _values.GetValueOrDefault(key) as OrderedDictionary<string, object?> ?? []
                );
                foreach (var (member, memberValue) in members)
                {
                    kept[member] = memberValue;
                }

                _values[key] = kept;
            }

            outcome["ok"] = value;
        }
        catch (Exception e) when (ScriptErrors.Describe(e, name, step) is { } error)
        {
            if (step.GetValueOrDefault("anyMessage") is true)
            {
                error.Remove("message");
                error.Remove("cause");
            }

            outcome["error"] = error;
        }

        lock (outcomes)
        {
            outcomes[index] = outcome;
        }
    }

    private object? WithPrefix(object? value) =>
        value switch
        {
            string text => text.Replace("@@", _prefix, StringComparison.Ordinal),
            List<object?> list => list.ConvertAll(WithPrefix),
            OrderedDictionary<string, object?> o => new OrderedDictionary<string, object?>(
                o.Select(m => KeyValuePair.Create(m.Key.Replace("@@", _prefix, StringComparison.Ordinal), WithPrefix(m.Value)))
            ),
            _ => value,
        };

    // {"$from": "name.path"} in a step is a value that an earlier step returned.
    private object? Resolve(object? value) =>
        value switch
        {
            List<object?> list => list.ConvertAll(Resolve),
            OrderedDictionary<string, object?> o when o.GetValueOrDefault("$from") is string path => path.Split('.')
                .Skip(1)
                .Aggregate(_values[path.Split('.')[0]], ScriptValue.Member),
            OrderedDictionary<string, object?> o => new OrderedDictionary<string, object?>(
                o.Select(m => KeyValuePair.Create(m.Key, Resolve(m.Value)))
            ),
            _ => value,
        };

    private async Task<(JsonObject Recorded, List<WorkflowHistory> Raw)> CollectAsync(
        IEnumerable<OrderedDictionary<string, object?>> outcomes
    )
    {
        var chains = await ChainsAsync();
        var normaliser = new ScriptNormaliser(_prefix, _scenario.GetValueOrDefault("cron") is true);
        var list = JsonNode.Parse(ScriptValue.ToJson(outcomes.Cast<object?>().ToList()));
        var recorded = new JsonObject { ["outcomes"] = normaliser.Value(list) };
        var histories = new JsonObject();
        var raw = new List<WorkflowHistory>();
        foreach (var (workflowId, runs) in chains)
        {
            var all = runs.ConvertAll(events => new WorkflowHistory(workflowId, events));
            raw.AddRange(all);
            var id = normaliser.Text(workflowId);
            histories[id] = new JsonArray([.. all.Select(h => normaliser.History(JsonNode.Parse(h.ToJson())!["events"]!.AsArray()))]);
        }

        recorded["histories"] = histories;
        return (recorded, raw);
    }

    // All runs of the scenario: those that steps started, what continues them, and the children they started.
    private async Task<List<(string WorkflowId, List<List<HistoryEvent>> Runs)>> ChainsAsync()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var chains = new SortedDictionary<string, List<List<HistoryEvent>>>(StringComparer.Ordinal);
        var queue = new Queue<(string WorkflowId, string RunId)>(_roots);
        while (queue.TryDequeue(out var next))
        {
            if (string.IsNullOrEmpty(next.RunId) || !seen.Add(next.RunId))
            {
                continue;
            }

            var events = await EventsAsync(next.WorkflowId, next.RunId);
            if (!chains.TryGetValue(next.WorkflowId, out var runs))
            {
                chains[next.WorkflowId] = runs = [];
            }

            runs.Add(events);
            foreach (var e in events)
            {
                if (e.ChildWorkflowExecutionStartedEventAttributes?.WorkflowExecution is { } child)
                {
                    queue.Enqueue((child.WorkflowId, child.RunId));
                }

                queue.Enqueue(
                    (
                        next.WorkflowId,
                        e.WorkflowExecutionCompletedEventAttributes?.NewExecutionRunId
                            ?? e.WorkflowExecutionFailedEventAttributes?.NewExecutionRunId
                            ?? e.WorkflowExecutionTimedOutEventAttributes?.NewExecutionRunId
                            ?? e.WorkflowExecutionContinuedAsNewEventAttributes?.NewExecutionRunId
                            ?? string.Empty
                    )
                );
            }
        }

        return [.. chains.Select(c => (c.Key, c.Value.OrderBy(events => events[0].EventTime.ToDateTime()).ToList()))];
    }

    private async Task<List<HistoryEvent>> EventsAsync(string workflowId, string? runId)
    {
        var events = new List<HistoryEvent>();
        await foreach (var e in _client.GetWorkflowHandle(workflowId, runId).FetchHistoryEventsAsync())
        {
            events.Add(e);
        }

        return events;
    }
}
