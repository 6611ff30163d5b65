using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker.Activities;

namespace Temporalio.Worker.Telemetry;

/// <summary>
/// What a worker measures, under the names that all SDKs of Temporal use (https://docs.temporal.io/references/sdk-metrics). Times are in
/// seconds. Every series has the tags
/// <c>namespace</c> and <c>task_queue</c>; those of workflows and activities the type as well.
/// </summary>
internal sealed class TaskMetrics(MetricMeter meter)
{
    private readonly ConcurrentDictionary<string, WorkflowMetrics> _workflows = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ActivityMetrics> _activities = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ActivityMetrics> _localActivities = new(StringComparer.Ordinal);

    /// <summary>Measures nothing; for replayers.</summary>
    public static TaskMetrics None { get; } = new(NullMetricMeter.Instance);

    /// <summary>The meter with the worker's tags.</summary>
    public MetricMeter Meter => meter;

    public MetricCounter<long> WorkerStart { get; } = meter.CreateCounter<long>("temporal_worker_start");

    public MetricCounter<long> StickyCacheHit { get; } = meter.CreateCounter<long>("temporal_sticky_cache_hit");

    public MetricCounter<long> StickyCacheMiss { get; } = meter.CreateCounter<long>("temporal_sticky_cache_miss");

    public MetricCounter<long> StickyCacheForcedEviction { get; } =
        meter.CreateCounter<long>("temporal_sticky_cache_total_forced_eviction");

    public MetricGauge<long> StickyCacheSize { get; } = meter.CreateGauge<long>("temporal_sticky_cache_size");

    public WorkflowMetrics Workflow(string type) =>
        _workflows.GetOrAdd(type, static (name, m) => new(m.WithTags([new("workflow_type", name)])), meter);

    public ActivityMetrics Activity(string type) =>
        _activities.GetOrAdd(type, static (name, m) => new("temporal_activity", m.WithTags([new("activity_type", name)])), meter);

    public ActivityMetrics LocalActivity(string type) =>
        _localActivities.GetOrAdd(
            type,
            static (name, m) => new("temporal_local_activity", m.WithTags([new("activity_type", name)])),
            meter
        );
}

/// <summary>Of one type of workflow.</summary>
internal sealed class WorkflowMetrics(MetricMeter meter)
{
    public MetricCounter<long> Completed { get; } = meter.CreateCounter<long>("temporal_workflow_completed");

    public MetricCounter<long> Failed { get; } = meter.CreateCounter<long>("temporal_workflow_failed");

    public MetricCounter<long> Canceled { get; } = meter.CreateCounter<long>("temporal_workflow_canceled");

    public MetricCounter<long> ContinuedAsNew { get; } = meter.CreateCounter<long>("temporal_workflow_continue_as_new");

    public MetricHistogram<TimeSpan> EndToEndLatency { get; } = meter.CreateHistogram<TimeSpan>("temporal_workflow_endtoend_latency");

    public MetricCounter<long> TaskFailed { get; } = meter.CreateCounter<long>("temporal_workflow_task_execution_failed");

    public MetricHistogram<TimeSpan> TaskScheduleToStartLatency { get; } =
        meter.CreateHistogram<TimeSpan>("temporal_workflow_task_schedule_to_start_latency");

    public MetricHistogram<TimeSpan> TaskExecutionLatency { get; } =
        meter.CreateHistogram<TimeSpan>("temporal_workflow_task_execution_latency");

    public MetricHistogram<TimeSpan> TaskReplayLatency { get; } = meter.CreateHistogram<TimeSpan>("temporal_workflow_task_replay_latency");
}

/// <summary>Of one type of activity.</summary>
internal sealed class ActivityMetrics(string prefix, MetricMeter meter)
{
    /// <summary>
    /// Attempts begun; the name of it exists for local activities alone, others have <c>temporal_activity_task_received</c>.
    /// </summary>
    public MetricCounter<long> Begun { get; } =
        meter.CreateCounter<long>(prefix == "temporal_activity" ? "temporal_activity_task_received" : $"{prefix}_total");

    public MetricCounter<long> Failed { get; } = meter.CreateCounter<long>($"{prefix}_execution_failed");

    public MetricCounter<long> Canceled { get; } = meter.CreateCounter<long>($"{prefix}_execution_cancelled");

    public MetricHistogram<TimeSpan> ScheduleToStartLatency { get; } =
        meter.CreateHistogram<TimeSpan>($"{prefix}_schedule_to_start_latency");

    public MetricHistogram<TimeSpan> ExecutionLatency { get; } = meter.CreateHistogram<TimeSpan>($"{prefix}_execution_latency");

    public MetricHistogram<TimeSpan> SucceedEndToEndLatency { get; } =
        meter.CreateHistogram<TimeSpan>($"{prefix}_succeed_endtoend_latency");

    /// <summary>Counts how an attempt ended.</summary>
    public void Count(ActivityOutcome outcome, TimeSpan took, TimeSpan sinceScheduled)
    {
        ExecutionLatency.Record(took);
        switch (outcome)
        {
            case ActivityOutcome.Completed:
                SucceedEndToEndLatency.Record(sinceScheduled);
                break;
            case ActivityOutcome.Failed { Error: ApplicationFailureException { Category: ApplicationErrorCategory.Benign } }:
                break;
            case ActivityOutcome.Failed:
                Failed.Add(1);
                break;
            case ActivityOutcome.Canceled:
                Canceled.Add(1);
                break;
            default:
                break;
        }
    }
}
