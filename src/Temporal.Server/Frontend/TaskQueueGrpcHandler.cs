using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Operator;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueuePartitionMetadata = Temporalio.Api.TaskQueue.V1.TaskQueuePartitionMetadata;

namespace Temporal.Server.Frontend;

/// <summary>Handles RPCs that describe task queues, and shutdown notices from workers.</summary>
internal sealed class TaskQueueGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    WorkerHeartbeatGrpcHandler workers,
    WorkerPolls polls,
    TaskQueueConfigs configs,
    TimeProvider time,
    Func<string> address,
    int partitions
)
{
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync<ShutdownWorkerRequest, ShutdownWorkerResponse>(Shutdown);
        table.AddAsync<DescribeTaskQueueRequest, DescribeTaskQueueResponse>(Describe);
        table.AddAsync((UpdateTaskQueueConfigRequest request) => UpdateAsync(request));
        table.AddAsync<ListTaskQueuePartitionsRequest, ListTaskQueuePartitionsResponse>(ListPartitions);
    }

    private ValueTask<ShutdownWorkerResponse> Shutdown(IncomingGrpcCall context, ShutdownWorkerRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.WorkerHeartbeat is { } last)
        {
            workers.Record(ns, last);
        }

        if (request.StickyTaskQueue.Length > 0)
        {
            engine.Queues.AbandonStickyQueue(ns.Id, request.StickyTaskQueue);
        }

        polls.End(request.WorkerInstanceKey);
        return ValueTask.FromResult(new ShutdownWorkerResponse());
    }

    private ValueTask<ListTaskQueuePartitionsResponse> ListPartitions(IncomingGrpcCall context, ListTaskQueuePartitionsRequest request)
    {
        namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.TaskQueue(request.TaskQueue);
        var response = new ListTaskQueuePartitionsResponse();
        for (var i = 0; i < partitions; i++)
        {
            // The Temporal server splits a queue into partitions; clients only display the list.
            var partition = new TaskQueuePartitionMetadata
            {
                Key = i == 0 ? request.TaskQueue.Name : $"/_sys/{request.TaskQueue.Name}/{i}",
                OwnerHostName = address(),
            };
            response.ActivityTaskQueuePartitions.Add(partition);
            response.WorkflowTaskQueuePartitions.Add(partition.Clone());
        }

        return ValueTask.FromResult(response);
    }

    private ValueTask<DescribeTaskQueueResponse> Describe(IncomingGrpcCall context, DescribeTaskQueueRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.TaskQueue(request.TaskQueue);
        var describer = new TaskQueueDescriber(engine.Queues, configs, engine.Deployments, time.GetUtcNow(), partitions);
        return ValueTask.FromResult(
            request.ApiMode == DescribeTaskQueueMode.Enhanced
                ? describer.DescribeAll(ns.Id, request)
                : describer.DescribeOne(ns.Id, request)
        );
    }

    private async Task<UpdateTaskQueueConfigResponse> UpdateAsync(UpdateTaskQueueConfigRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        TaskQueueConfigs.Check(request);
        var config = await configs.UpdateAsync(ns.Id, request, time.GetUtcNow());
        if (request.TaskQueueType is TaskQueueType.Workflow or TaskQueueType.Activity)
        {
            engine.Queues.Get(ns.Id, request.TaskQueue, request.TaskQueueType == TaskQueueType.Activity).Configure(config);
        }

        return new UpdateTaskQueueConfigResponse { Config = config };
    }
}
