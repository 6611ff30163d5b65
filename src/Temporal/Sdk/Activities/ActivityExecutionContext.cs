using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Activities;

/// <summary>What a running activity has around it.</summary>
public class ActivityExecutionContext
{
    private static readonly AsyncLocal<ActivityExecutionContext?> Local = new();

    private readonly ITemporalClient? _client;
    private readonly Lazy<MetricMeter> _meter;

    internal ActivityExecutionContext(
        ActivityInfo info,
        CancellationToken cancellationToken,
        CancellationToken workerShutdownToken,
        ILogger logger,
        IPayloadConverter payloadConverter,
        Lazy<MetricMeter> meter,
        ITemporalClient? client
    )
    {
        Info = info;
        CancellationToken = cancellationToken;
        WorkerShutdownToken = workerShutdownToken;
        Logger = logger;
        PayloadConverter = payloadConverter;
        _meter = meter;
        _client = client;
    }

    /// <summary>Whether the code runs in an activity.</summary>
    public static bool HasCurrent => Local.Value is not null;

    /// <summary>The activity the code runs in.</summary>
    /// <exception cref="InvalidOperationException">It runs in none.</exception>
    public static ActivityExecutionContext Current =>
        Local.Value ?? throw new InvalidOperationException("No current context: this code does not run in an activity.");

    /// <summary>What the activity knows about itself.</summary>
    public ActivityInfo Info { get; }

    /// <summary>Logs with the activity's ids in scope.</summary>
    public ILogger Logger { get; }

    /// <summary>Why <see cref="CancellationToken" /> was cancelled; <see cref="ActivityCancelReason.None" /> while it is not.</summary>
    public ActivityCancelReason CancelReason { get; internal set; }

    /// <summary>All that holds about the cancellation; null while there is none.</summary>
    public ActivityCancellationDetails? CancellationDetails { get; internal set; }

    /// <summary>Cancelled when the activity is to stop. Cancellation is noticed by heartbeats, except for the worker's shutdown.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Cancelled when the worker begins to shut down; <see cref="CancellationToken" /> follows after the worker's grace.</summary>
    public CancellationToken WorkerShutdownToken { get; }

    /// <summary>Converts as the worker does.</summary>
    public IPayloadConverter PayloadConverter { get; }

    /// <summary>Metrics with the activity's tags.</summary>
    public MetricMeter MetricMeter => _meter.Value;

    /// <summary>The worker's client.</summary>
    /// <exception cref="InvalidOperationException">The worker was made without a full client.</exception>
    public ITemporalClient TemporalClient =>
        _client ?? throw new InvalidOperationException("The worker was not made with an ITemporalClient.");

    internal Action<object?[]>? Heartbeater { get; set; }

    /// <summary>
    /// Says that the activity is alive, with details for the next attempt. Sent at most every 80 % of the heartbeat timeout; the last
    /// details always arrive.
    /// </summary>
    public void Heartbeat(params object?[] details) => Heartbeater?.Invoke(details);

    internal static IDisposable Enter(ActivityExecutionContext context)
    {
        Local.Value = context;
        return new Leave();
    }

    private sealed class Leave : IDisposable
    {
        public void Dispose() => Local.Value = null;
    }
}
