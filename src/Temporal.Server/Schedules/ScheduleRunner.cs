using Microsoft.Extensions.Logging;
using Temporal.Server.History;
using Temporal.Server.Schedules.Specs;
using Temporal.Server.Schedules.State;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Schedules;

/// <summary>
/// Runs one schedule. Changes are serialized; each modifies a copy that replaces the record once the copy is stored. A start is stored with
/// its request id before it is executed, so that it takes effect exactly once despite a crash.
/// </summary>
internal sealed class ScheduleRunner
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private readonly ServerComponentServiceBundle _services;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private IDisposable? _timer;
    private ScheduleActionTimeCalculator _times;

    public ScheduleRunner(ServerComponentServiceBundle services, ScheduleRecord record, ILogger logger)
    {
        _services = services;
        _logger = logger;
        Record = record;
        _times = TimesOf(record);
    }

    /// <summary>The stored record, which is replaced as a whole and never changed in place.</summary>
    public ScheduleRecord Record { get; private set; }

    /// <summary>Action times of the stored specification.</summary>
    public ScheduleActionTimeCalculator Times => _times;

    private DateTime Now => _services.Timers.UtcNow.UtcDateTime;

    /// <summary>
    /// Changes the record and completes when the change is durable. The resulting actions are executed afterward, in the background.
    /// </summary>
    /// <param name="change">Changes a copy of the record. Returns false if nothing needs to be stored.</param>
    public async Task ChangeAsync(Func<ScheduleRecord, bool> change)
    {
        await RunSerializedAsync(async () =>
        {
            var record = Record.Clone();
            if (change(record))
            {
                await WriteAsync(record);
            }
        });
        ProcessDueActions();
    }

    /// <summary>Processes due actions in the background.</summary>
    public void ProcessDueActions() => _ = RunSerializedAsync(WorkAsync);

    /// <summary>
    /// Waits until all triggered and backfilled starts and all reported ends of runs have been processed, or until
    /// <paramref name="patience"/> has elapsed.
    /// </summary>
    /// <param name="patience">Maximum time to wait, because a schedule may have a thousand starts to execute.</param>
    public async Task WaitUntilProcessedAsync(TimeSpan patience)
    {
        Task last;
        lock (_lock)
        {
            last = _last;
        }

        // Failures are reported to the caller of the failed action, or logged and retried. Here only the order matters.
        await last.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Records the end of a chain of runs that the schedule may have started.</summary>
    public Task OnClosedAsync(ClosedRun closed) => ChangeAsync(record => ScheduleTransitions.Closed(record, closed));

    /// <summary>Finds the schedule's runs that ended while the server was down, then processes due actions.</summary>
    public Task ResumeAsync() =>
        RunSerializedAsync(async () =>
        {
            var record = Record.Clone();
            var changed = false;
            foreach (var running in record.Info.RunningWorkflows.ToList())
            {
                changed |= await FindEndAsync(record, running);
            }

            if (changed)
            {
                await WriteAsync(record);
            }

            await WorkAsync();
        });

    /// <summary>Stops the timer of a deleted schedule.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private Task RunSerializedAsync(Func<Task> action)
    {
        var counted = _services.Timers.BeginWork();
        lock (_lock)
        {
            return _last = RunAsync(_last);
        }

        async Task RunAsync(Task previous)
        {
            using var work = counted;
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            await action();
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            while (Record.Deleted is null)
            {
                var record = Record.Clone();
                ScheduleTransitions.Advance(record, _times, Now);
                var plan = ScheduleTransitions.Decide(record, () => Guid.NewGuid().ToString());
                if (
                    plan.Starts.Count == 0
                    && !plan.Cancel
                    && !plan.Terminate
                    && record.Buffer.Equals(Record.Buffer)
                    && record.Backfills.Equals(Record.Backfills)
                    && record.Info.Equals(Record.Info)
                )
                {
                    // Only the processed time advanced, which is not worth a write.
                    break;
                }

                await WriteAsync(record);
                await StopRunningAsync(record, plan);
                foreach (var start in plan.Starts)
                {
                    await StartAsync(start);
                }

                if (plan.Starts.Count == 0)
                {
                    break;
                }
            }

            SetTimer(ScheduleTransitions.NextWake(Record, _times));
        }
        catch (Exception e)
        {
            Log.ScheduleFailed(_logger, e, Record.ScheduleId);
            SetTimer(Now + RetryDelay);
        }
    }

    private async Task StartAsync(PendingStart start)
    {
        string? runId = null;
        try
        {
            var ns = _services.Namespaces.FindById(Record.NamespaceId) ?? throw GrpcErrorFactory.NamespaceNotFound(Record.NamespaceId);
            if (Record.Schedule.Action?.StartWorkflow is { } action)
            {
                var response = await _services.Workflows.StartAsync(ScheduleRequestConverter.Start(Record, action, start, ns.Name));
                runId = response.RunId;
            }
        }
        catch (RpcException e) when (e.StatusCode is not (StatusCode.Unavailable or StatusCode.ResourceExhausted))
        {
            // A retry would fail in the same way: a workflow with that id is running, or the request is invalid.
            Log.ScheduledStartRefused(_logger, e, Record.ScheduleId, start.WorkflowId);
        }

        var record = Record.Clone();
        if (runId is null)
        {
            ScheduleTransitions.Remove(record, start);
        }
        else
        {
            ScheduleTransitions.Started(record, start, runId, Now);
        }

        await WriteAsync(record);
    }

    private async Task StopRunningAsync(ScheduleRecord record, ScheduleNextActions plan)
    {
        if (!plan.Cancel && !plan.Terminate)
        {
            return;
        }

        var ns = _services.Namespaces.FindById(record.NamespaceId)?.Name ?? "";
        foreach (var running in record.Info.RunningWorkflows)
        {
            try
            {
                if (plan.Terminate)
                {
                    await _services.Workflows.TerminateAsync(ScheduleRequestConverter.Terminate(record, running, ns));
                }
                else
                {
                    await _services.Workflows.RequestCancelAsync(ScheduleRequestConverter.Cancel(record, running, ns));
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // The run has already ended; the schedule is notified of that separately.
                Log.ScheduledRunGone(_logger, record.ScheduleId, running.WorkflowId);
            }
        }
    }

    private async Task<bool> FindEndAsync(ScheduleRecord record, WorkflowExecution running)
    {
        var ns = _services.Namespaces.FindById(record.NamespaceId)?.Name ?? "";
        try
        {
            // Without a run id, because the chain may have continued in a later run.
            var request = new DescribeWorkflowExecutionRequest
            {
                Namespace = ns,
                Execution = new WorkflowExecution { WorkflowId = running.WorkflowId },
            };
            var info = (await _services.Workflows.DescribeAsync(request)).WorkflowExecutionInfo;
            return info.Status is not (WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused)
                && ScheduleTransitions.Closed(
                    record,
                    new ClosedRun(record.NamespaceId, running.WorkflowId, running.RunId, running.RunId, "", info.Status, null, null)
                );
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return ScheduleTransitions.Closed(
                record,
                new ClosedRun(
                    record.NamespaceId,
                    running.WorkflowId,
                    running.RunId,
                    running.RunId,
                    "",
                    WorkflowExecutionStatus.Terminated,
                    null,
                    null
                )
            );
        }
    }

    private async Task WriteAsync(ScheduleRecord record)
    {
        await _services.Database.WriteAsync(db =>
        {
            ScheduleSqlTable.Write(db, record);
            if (record.Deleted is null)
            {
                _services.Visibility.Write(db, ScheduleRequestConverter.Visible(record));
            }
            else
            {
                VisibilitySqlTables.Delete(db, record.NamespaceId, ScheduleRequestConverter.WorkflowId(record.ScheduleId), record.RunId);
            }
        });
        if (!record.Schedule.Spec.Equals(Record.Schedule.Spec))
        {
            _times = TimesOf(record);
        }

        Record = record;
    }

    private void SetTimer(DateTime? due)
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer =
                due is { } time && Record.Deleted is null
                    ? _services.Timers.Schedule(new DateTimeOffset(time, TimeSpan.Zero), ProcessDueActions)
                    : null;
        }
    }

    /// <summary>Computes the action times of a schedule. The schedule's id is the seed of the jitter.</summary>
    internal static ScheduleActionTimeCalculator TimesOf(ScheduleRecord record) =>
        new(record.Schedule.Spec, $"{record.NamespaceId}/{record.ScheduleId}");
}
