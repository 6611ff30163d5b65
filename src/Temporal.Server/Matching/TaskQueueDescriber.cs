using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Matching;

/// <summary>Builds descriptions of task queues for <c>DescribeTaskQueue</c>.</summary>
internal sealed class TaskQueueDescriber(
    TaskQueueRegistry queues,
    TaskQueueConfigs configs,
    WorkerDeploymentRegistry deployments,
    DateTimeOffset now,
    int partitions
)
{
    // The value that the Temporal server returns without a limit.
    private const double UnlimitedPoller = 100_000;
    private const float PartitionRate = 1_000;
    private const string Unversioned = "__unversioned__";

    // The value that the Temporal server returns for a queue without versions: year 1, the zero time in Go.
    private static readonly Timestamp NoTime = new() { Seconds = -62135596800 };

    /// <summary>Builds the description of a poller.</summary>
    public static PollerInfo Poller(
        string identity,
        WorkerVersionCapabilities? capabilities,
        WorkerDeploymentOptions? deployment,
        TaskQueueMetadata? metadata
    ) =>
        new()
        {
            Identity = identity,
            RatePerSecond = metadata?.MaxTasksPerSecond ?? UnlimitedPoller,
            WorkerVersionCapabilities = capabilities,
            DeploymentOptions = deployment,
        };

    /// <summary>
    /// Returns the version stamp for events, with the build id of the worker that took a task, or null if the worker reported none.
    /// </summary>
    public static WorkerVersionStamp? Version(WorkerVersionCapabilities? capabilities) =>
        capabilities is { BuildId.Length: > 0 }
            ? new WorkerVersionStamp { BuildId = capabilities.BuildId, UseVersioning = capabilities.UseVersioning }
            : null;

    /// <summary>Builds a queue's description in the default mode, which covers one task type.</summary>
    public DescribeTaskQueueResponse DescribeOne(string namespaceId, DescribeTaskQueueRequest request)
    {
        var type = request.TaskQueueType == TaskQueueType.Unspecified ? TaskQueueType.Workflow : request.TaskQueueType;
        var config = configs.Find(namespaceId, request.TaskQueue.Name, type);
        var pollers = Pollers(namespaceId, request.TaskQueue.Name, type);
        var response = new DescribeTaskQueueResponse
        {
            VersioningInfo = Versioning(namespaceId, request.TaskQueue.Name, type),
            EffectiveRateLimit = Effective(config, pollers),
            Config = request.ReportConfig ? config : null,
            Stats = request.ReportStats ? Stats(namespaceId, request.TaskQueue.Name, type) : null,
        };
        response.Pollers.AddRange(pollers);
        if (request.ReportStats && Find(namespaceId, request.TaskQueue.Name, type) is { } queue)
        {
            foreach (var (priority, stats) in queue.StatsByPriority)
            {
                response.StatsByPriorityKey.Add(priority, stats);
            }
        }

        if (request.IncludeTaskQueueStatus)
        {
            response.TaskQueueStatus = new TaskQueueStatus
            {
                BacklogCountHint = Find(namespaceId, request.TaskQueue.Name, type)?.Backlog ?? 0,
                RatePerSecond = PartitionRate * partitions,
                TaskIdBlock = new TaskIdBlock { StartId = 1, EndId = 100_000 },
            };
        }

        return response;
    }

    /// <summary>
    /// Builds a queue's description in the enhanced mode, which covers several task types. Everything is listed under the entry for
    /// unversioned workers.
    /// </summary>
    public DescribeTaskQueueResponse DescribeAll(string namespaceId, DescribeTaskQueueRequest request)
    {
        IEnumerable<TaskQueueType> types =
            request.TaskQueueTypes.Count > 0 ? request.TaskQueueTypes : [TaskQueueType.Workflow, TaskQueueType.Activity];
        var version = new TaskQueueVersionInfo
        {
            TaskReachability = request.ReportTaskReachability ? BuildIdTaskReachability.Reachable : BuildIdTaskReachability.Unspecified,
        };
        foreach (var type in types)
        {
            var info = new TaskQueueTypeInfo { Stats = Stats(namespaceId, request.TaskQueue.Name, type) };
            if (request.ReportPollers)
            {
                info.Pollers.AddRange(PollersLately(namespaceId, request.TaskQueue.Name, type));
            }

            version.TypesInfo[(int)type] = info;
        }

        return new DescribeTaskQueueResponse { VersionsInfo = { [""] = version } };
    }

    private TaskQueueVersioningInfo Versioning(string namespaceId, string queue, TaskQueueType type)
    {
        var activity = type == TaskQueueType.Activity;
        if (deployments.RoutingOf(namespaceId, queue, activity) is not { } routing)
        {
            return new TaskQueueVersioningInfo { CurrentVersion = Unversioned, UpdateTime = NoTime };
        }

        var current = Works(routing.CurrentDeploymentVersion);
        var ramping = Works(routing.RampingDeploymentVersion);
        var changed = new[] { routing.CurrentVersionChangedTime, routing.RampingVersionPercentageChangedTime }
            .Where(time => time is not null)
            .MaxBy(time => time.ToDateTimeOffset());
        return new TaskQueueVersioningInfo
        {
            CurrentDeploymentVersion = current,
            CurrentVersion = DeploymentVersionText.Dotted(current),
            RampingDeploymentVersion = ramping,
            RampingVersion = ramping is null && routing.RampingVersion != Unversioned ? "" : routing.RampingVersion,
            RampingVersionPercentage = ramping is null && routing.RampingVersion != Unversioned ? 0 : routing.RampingVersionPercentage,
            UpdateTime = changed ?? NoTime,
        };

        WorkerDeploymentVersion? Works(WorkerDeploymentVersion? version) =>
            deployments.HasPollers(namespaceId, DeploymentVersionText.Of(version), queue, activity) ? version : null;
    }

    private TaskQueue? Find(string namespaceId, string name, TaskQueueType type) =>
        type is TaskQueueType.Workflow or TaskQueueType.Activity ? queues.Find(namespaceId, name, type == TaskQueueType.Activity) : null;

    private IReadOnlyList<PollerInfo> Pollers(string namespaceId, string name, TaskQueueType type) =>
        Find(namespaceId, name, type)?.Pollers(now - TaskQueue.PollerShown) ?? [];

    private IReadOnlyList<PollerInfo> PollersLately(string namespaceId, string name, TaskQueueType type) =>
        type is TaskQueueType.Workflow or TaskQueueType.Activity
            ? queues.Get(namespaceId, name, type == TaskQueueType.Activity).PollersLately(now - TaskQueue.PollerShown)
            : [];

    private TaskQueueStats Stats(string namespaceId, string name, TaskQueueType type) =>
        Find(namespaceId, name, type)?.Stats ?? new TaskQueueStats();

    private DescribeTaskQueueResponse.Types.EffectiveRateLimit Effective(TaskQueueConfig? config, IReadOnlyList<PollerInfo> pollers)
    {
        if (config?.QueueRateLimit?.RateLimit is { } set)
        {
            return new() { RequestsPerSecond = set.RequestsPerSecond, RateLimitSource = RateLimitSource.Api };
        }

        var slowest = pollers.Select(poller => poller.RatePerSecond).DefaultIfEmpty(UnlimitedPoller).Min();
        return slowest < UnlimitedPoller
            ? new() { RequestsPerSecond = (float)slowest, RateLimitSource = RateLimitSource.Worker }
            : new() { RequestsPerSecond = PartitionRate * partitions, RateLimitSource = RateLimitSource.System };
    }
}
