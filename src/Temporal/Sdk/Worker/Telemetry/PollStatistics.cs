using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Worker.V1;
using Temporalio.Common;

namespace Temporalio.Worker.Telemetry;

/// <summary>How the polls of one kind go.</summary>
internal sealed class PollStatistics(
    MetricMeter meter,
    string pollerType,
    string? emptyName,
    string? succeededName,
    bool autoscaling,
    TimeProvider time
)
{
    private readonly MetricGauge<long> _open = meter.CreateGauge<long>("temporal_num_pollers").WithTags([new("poller_type", pollerType)]);
    private readonly MetricCounter<long>? _empty = emptyName is null ? null : meter.CreateCounter<long>(emptyName);
    private readonly MetricCounter<long>? _succeeded = succeededName is null ? null : meter.CreateCounter<long>(succeededName);
    private int _count;
    private long _lastSuccess;

    public static PollStatistics ForWorkflows(MetricMeter meter, bool sticky, bool autoscaling, TimeProvider time) =>
        new(
            meter,
            sticky ? "sticky_workflow_task" : "workflow_task",
            "temporal_workflow_task_queue_poll_empty",
            "temporal_workflow_task_queue_poll_succeed",
            autoscaling,
            time
        );

    public static PollStatistics ForActivities(MetricMeter meter, bool autoscaling, TimeProvider time) =>
        new(meter, "activity_task", "temporal_activity_poll_no_task", succeededName: null, autoscaling, time);

    public void Opened() => _open.Set(Interlocked.Increment(ref _count));

    public void Closed() => _open.Set(Interlocked.Decrement(ref _count));

    public void Answered(bool empty)
    {
        (empty ? _empty : _succeeded)?.Add(1);
        if (!empty)
        {
            Volatile.Write(ref _lastSuccess, time.GetUtcNow().UtcTicks);
        }
    }

    public WorkerPollerInfo ToProto() =>
        new()
        {
            CurrentPollers = Volatile.Read(ref _count),
            IsAutoscaling = autoscaling,
            LastSuccessfulPollTime = Volatile.Read(ref _lastSuccess) is > 0 and var ticks
                ? new DateTime(ticks, DateTimeKind.Utc).ToTimestamp()
                : null,
        };
}
