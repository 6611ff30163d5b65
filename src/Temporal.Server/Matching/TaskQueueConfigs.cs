using System.Text;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// Configuration of task queues. The queue's rate limit and the weights of fairness keys are enforced; rate limits per fairness key are
/// only stored and returned.
/// </summary>
internal sealed class TaskQueueConfigs(EngineDatabase database)
{
    private const int LongestFairnessKey = 64;

    /// <summary>Configuration of a queue, or null if none was set.</summary>
    public TaskQueueConfig? Find(string namespaceId, string queue, TaskQueueType type) =>
        database.Read(db => TaskQueueConfigSqlTable.Read(db, namespaceId, queue, (int)type));

    /// <summary>
    /// Rejects invalid requests with the error messages of the Temporal server. An empty queue name is not rejected here.
    /// </summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static void Check(UpdateTaskQueueConfigRequest request)
    {
        if (Fault(request) is { } fault)
        {
            throw GrpcErrorFactory.InvalidArgument(fault);
        }
    }

    private static string? Fault(UpdateTaskQueueConfigRequest request)
    {
        var workflow = request.TaskQueueType == TaskQueueType.Workflow;
        return workflow && request.UpdateQueueRateLimit is not null ? "Setting rate limit on workflow task queues is not allowed."
            : workflow && request.UpdateFairnessKeyRateLimitDefault is not null
                ? "Setting fairness key rate limit on workflow task queues is not allowed."
            : request.UpdateQueueRateLimit?.RateLimit is { RequestsPerSecond: < 0 }
                ? "RequestsPerSecond for UpdateQueueRateLimit rate limit must be non-negative."
            : request.UpdateFairnessKeyRateLimitDefault?.RateLimit is { RequestsPerSecond: < 0 }
                ? "RequestsPerSecond for UpdateFairnessKeyRateLimitDefault rate limit must be non-negative."
            : WeightFault(request);
    }

    private static string? WeightFault(UpdateTaskQueueConfigRequest request)
    {
        foreach (var (key, weight) in request.SetFairnessWeightOverrides)
        {
            var fault =
                key.Length == 0 ? "fairness weight override key must not be empty"
                : Encoding.UTF8.GetByteCount(key) > LongestFairnessKey ? "fairness key length exceeds limit"
                : weight <= 0 ? $"invalid fairness weight weight for key \"{key}\": must be greater than zero"
                : request.UnsetFairnessWeightOverrides.Contains(key)
                    ? $"fairness weight override key \"{key}\" present in both set and unset lists"
                : null;
            if (fault is not null)
            {
                return fault;
            }
        }

        return request.UnsetFairnessWeightOverrides.Contains("") ? "fairness weight override key must not be empty" : null;
    }

    /// <summary>Changes the configuration of a queue and returns the new configuration.</summary>
    public async Task<TaskQueueConfig> UpdateAsync(string namespaceId, UpdateTaskQueueConfigRequest request, DateTimeOffset now)
    {
        var config = new TaskQueueConfig();
        await database.WriteAsync(db =>
        {
            config = TaskQueueConfigSqlTable.Read(db, namespaceId, request.TaskQueue, (int)request.TaskQueueType) ?? new TaskQueueConfig();
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

            TaskQueueConfigSqlTable.Write(db, namespaceId, request.TaskQueue, (int)request.TaskQueueType, config);
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
