using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Testing;

/// <summary>
/// Runs the code of activities without a worker. One environment is for one run; copy it with other properties for the next.
/// </summary>
public record ActivityEnvironment
{
    /// <summary>What an activity sees when a test says nothing else.</summary>
    public static readonly ActivityInfo DefaultInfo = new(
        ActivityId: "test",
        ActivityType: "unknown",
        Attempt: 1,
        CurrentAttemptScheduledTime: DateTime.UnixEpoch,
        DataConverter: DataConverter.Default,
        HeartbeatDetails: [],
        HeartbeatTimeout: null,
        IsLocal: false,
        Namespace: "default",
        Priority: Priority.Default,
        RetryPolicy: null,
        ScheduleToCloseTimeout: TimeSpan.FromSeconds(1),
        ScheduledTime: DateTime.UnixEpoch,
        StartToCloseTimeout: TimeSpan.FromSeconds(1),
        StartedTime: DateTime.UnixEpoch,
        TaskQueue: "test",
        TaskToken: "test"u8.ToArray(),
        WorkflowId: "test",
        WorkflowNamespace: "default",
        WorkflowRunId: "test-run",
        WorkflowType: "test"
    );

    private ActivityExecutionContext? _context;

    /// <summary>What the activity knows about itself.</summary>
    public ActivityInfo Info { get; init; } = DefaultInfo;

    /// <summary>Logger of the activity.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Converter of the activity.</summary>
    public IPayloadConverter PayloadConverter { get; init; } = DataConverter.Default.PayloadConverter;

    /// <summary>Client of the activity; null: the activity must not ask for one.</summary>
    public ITemporalClient? TemporalClient { get; init; }

    /// <summary>Meter of the activity; null: nothing is counted.</summary>
    public MetricMeter? MetricMeter { get; init; }

    /// <summary>Told of every heartbeat.</summary>
    public Action<object?[]> Heartbeater { get; init; } = _ => { };

    /// <summary>Cancels the activity.</summary>
    public CancellationTokenSource CancellationTokenSource { get; init; } = new();

    /// <summary>Tells the activity that its worker shuts down.</summary>
    public CancellationTokenSource WorkerShutdownTokenSource { get; init; } = new();

    /// <summary>Why the activity is cancelled.</summary>
    public ActivityCancelReason CancelReason { get; set; }

    /// <summary>All that holds about the cancellation.</summary>
    public ActivityCancellationDetails? CancellationDetails { get; set; }

    /// <summary>Cancels the activity as if a client had asked for it.</summary>
    public void Cancel() => Cancel(ActivityCancelReason.CancelRequested);

    /// <summary>Cancels the activity for a reason.</summary>
    public void Cancel(ActivityCancelReason reason) =>
        Cancel(reason, new() { IsCancelRequested = reason == ActivityCancelReason.CancelRequested });

    /// <summary>Cancels the activity for a reason, with details.</summary>
    public void Cancel(ActivityCancelReason reason, ActivityCancellationDetails details)
    {
        (CancelReason, CancellationDetails) = (reason, details);
        if (_context is { } context)
        {
            (context.CancelReason, context.CancellationDetails) = (reason, details);
        }

        CancellationTokenSource.Cancel();
    }

    /// <summary>Runs an activity.</summary>
    public Task RunAsync(Action activity) =>
        RunAsync(() =>
        {
            activity();
            return Task.CompletedTask;
        });

    /// <summary>Runs an activity.</summary>
    /// <typeparam name="T">Type of its result.</typeparam>
    public Task<T> RunAsync<T>(Func<T> activity) => RunAsync(() => Task.FromResult(activity()));

    /// <summary>Runs an activity.</summary>
    public Task RunAsync(Func<Task> activity) =>
        RunAsync(async () =>
        {
            await activity();
            return default(ValueTuple);
        });

    /// <summary>Runs an activity.</summary>
    /// <typeparam name="T">Type of its result.</typeparam>
    public async Task<T> RunAsync<T>(Func<Task<T>> activity)
    {
        _context = new(
            Info,
            CancellationTokenSource.Token,
            WorkerShutdownTokenSource.Token,
            Logger,
            PayloadConverter,
            new(() => MetricMeter ?? NullMetricMeter.Instance),
            TemporalClient
        )
        {
            CancelReason = CancelReason,
            CancellationDetails = CancellationDetails,
            Heartbeater = Heartbeater,
        };
        using (ActivityExecutionContext.Enter(_context))
        {
            return await activity();
        }
    }
}
