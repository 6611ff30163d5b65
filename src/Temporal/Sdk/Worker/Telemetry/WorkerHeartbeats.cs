using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Worker.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker.Tuning;

namespace Temporalio.Worker.Telemetry;

/// <summary>What <see cref="WorkerHeartbeats" /> says about its worker.</summary>
internal sealed record WorkerHeartbeatOptions
{
    public required string Namespace { get; init; }

    public required string TaskQueue { get; init; }

    public required string Identity { get; init; }

    public required string InstanceKey { get; init; }

    public required WorkerDeploymentOptions? Deployment { get; init; }

    public required bool HasWorkflows { get; init; }

    public required bool HasActivities { get; init; }

    public required WorkerStatistics Statistics { get; init; }

    /// <summary>How often the server is told.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Number of runs in the cache.</summary>
    public required Func<int> CachedRuns { get; init; }

    public required Func<WorkerRpc> Rpc { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}

/// <summary>Tells the server how the worker does, at intervals: what <c>ListWorkers</c> and <c>DescribeWorker</c> answer.</summary>
internal sealed class WorkerHeartbeats(WorkerHeartbeatOptions options)
{
    private readonly ResourceMeter _resources = new(options.Time);
    private readonly DateTimeOffset _started = options.Time.GetUtcNow();
    private DateTimeOffset? _last;

    /// <summary>Sends heartbeats, the first at once, until told to stop or until the server turns out not to take them.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await SendAsync())
        {
            // Ends quietly with the worker, whose last heartbeat goes with its notice of shutdown. A cancelled PeriodicTimer would read
            // line numbers out of symbol files for an exception that nobody sees, which takes longer than the rest of the shutdown.
            await Task.Delay(options.Interval, options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A heartbeat of now.</summary>
    public WorkerHeartbeat Now(WorkerStatus status)
    {
        var now = options.Time.GetUtcNow();
        var statistics = options.Statistics;
        var heartbeat = new WorkerHeartbeat
        {
            WorkerInstanceKey = options.InstanceKey,
            WorkerIdentity = options.Identity,
            TaskQueue = options.TaskQueue,
            SdkName = RpcHeaders.ClientName,
            SdkVersion = RpcHeaders.ClientVersion,
            Status = status,
            StartTime = _started.ToTimestamp(),
            HeartbeatTime = now.ToTimestamp(),
            ElapsedSinceLastHeartbeat = _last is { } last ? Duration.FromTimeSpan(now - last) : null,
            HostInfo = new()
            {
                HostName = Environment.MachineName,
                ProcessId = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                CurrentHostCpuUsage = (float)_resources.CpuUsage,
                CurrentHostMemUsage = (float)_resources.MemoryUsage,
            },
            DeploymentVersion = options.Deployment?.Version is { } version
                ? new() { DeploymentName = version.DeploymentName, BuildId = version.BuildId }
                : null,
        };
        if (options.HasWorkflows)
        {
            heartbeat.WorkflowTaskSlotsInfo = statistics.WorkflowSlots.ToProto();
            heartbeat.LocalActivitySlotsInfo = statistics.LocalActivitySlots.ToProto();
            heartbeat.WorkflowPollerInfo = statistics.WorkflowPolls.ToProto();
            heartbeat.WorkflowStickyPollerInfo = statistics.StickyPolls.ToProto();
            heartbeat.TotalStickyCacheHit = statistics.Cache.Hits;
            heartbeat.TotalStickyCacheMiss = statistics.Cache.Misses;
            heartbeat.CurrentStickyCacheSize = options.CachedRuns();
        }

        if (options.HasActivities)
        {
            heartbeat.ActivityTaskSlotsInfo = statistics.ActivitySlots.ToProto();
            heartbeat.ActivityPollerInfo = statistics.ActivityPolls.ToProto();
        }

        _last = now;
        return heartbeat;
    }

    private async Task<bool> SendAsync()
    {
        try
        {
            await options
                .Rpc()
                .RecordHeartbeatAsync(
                    new()
                    {
                        Namespace = options.Namespace,
                        Identity = options.Identity,
                        WorkerHeartbeat = { Now(WorkerStatus.Running) },
                    }
                );
            return true;
        }
        catch (RpcException error)
        {
            Log.WorkerHeartbeatFailed(options.Logger, error, options.TaskQueue);
            return error.Code != RpcException.StatusCode.Unimplemented;
        }
    }
}
