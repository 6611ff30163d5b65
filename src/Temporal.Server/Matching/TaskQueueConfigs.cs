using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// Settings of task queues. The rate limit of a queue is enforced; weights and limits of fairness keys are kept and shown.
/// </summary>
internal sealed class TaskQueueConfigs(Database database)
{
    /// <summary>The settings of a queue; null when nobody made any.</summary>
    public TaskQueueConfig? Find(string namespaceId, string queue, TaskQueueType type) =>
        database.Read(db => TaskQueueConfigTable.Read(db, namespaceId, queue, (int)type));

    /// <summary>Tasks per second that may leave a queue; null when nobody set a limit.</summary>
    public double? RateOf(string namespaceId, string queue, TaskQueueType type) =>
        Find(namespaceId, queue, type)?.QueueRateLimit?.RateLimit?.RequestsPerSecond;

    /// <summary>Changes the settings of a queue and gives them back as they are then.</summary>
    public async Task<TaskQueueConfig> UpdateAsync(string namespaceId, UpdateTaskQueueConfigRequest request, DateTimeOffset now)
    {
        var config = new TaskQueueConfig();
        await database.WriteAsync(db =>
        {
            config = TaskQueueConfigTable.Read(db, namespaceId, request.TaskQueue, (int)request.TaskQueueType) ?? new TaskQueueConfig();
            config.QueueRateLimit = Changed(config.QueueRateLimit, request.UpdateQueueRateLimit, request.Identity, now);
            config.FairnessKeysRateLimitDefault = Changed(
                config.FairnessKeysRateLimitDefault,
                request.UpdateFairnessKeyRateLimitDefault,
                request.Identity,
                now
            );
            foreach (var (key, weight) in request.SetFairnessWeightOverrides)
            {
                config.FairnessWeightOverrides[key] = weight;
            }

            foreach (var key in request.UnsetFairnessWeightOverrides)
            {
                config.FairnessWeightOverrides.Remove(key);
            }

            TaskQueueConfigTable.Write(db, namespaceId, request.TaskQueue, (int)request.TaskQueueType, config);
        });
        return config;
    }

    private static RateLimitConfig? Changed(
        RateLimitConfig? before,
        UpdateTaskQueueConfigRequest.Types.RateLimitUpdate? update,
        string identity,
        DateTimeOffset now
    ) =>
        update is null
            ? before
            : new RateLimitConfig
            {
                RateLimit = update.RateLimit,
                Metadata = new ConfigMetadata
                {
                    Reason = update.Reason,
                    UpdateIdentity = identity,
                    UpdateTime = Timestamp.FromDateTimeOffset(now),
                },
            };
}
