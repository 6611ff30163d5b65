using Orchestrator.Grpc;
using Temporal.Server.History;
using Temporal.Server.Operator;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>What can be asked about task queues, and workers that say goodbye.</summary>
internal sealed class TaskQueueHandler(WorkflowEngine engine, NamespaceRegistry namespaces, WorkerPart workers)
{
    public void Register(RpcTable table)
    {
        table.Add(RpcTable.WorkflowService, "ShutdownWorker", ShutdownWorkerRequest.Parser, Shutdown);
        table.Add(RpcTable.WorkflowService, "ListTaskQueuePartitions", ListTaskQueuePartitionsRequest.Parser, Partitions);
    }

    private ValueTask<ShutdownWorkerResponse> Shutdown(GrpcServerCallContext context, ShutdownWorkerRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.WorkerHeartbeat is { } last)
        {
            workers.Record(ns, last);
        }

        if (request.StickyTaskQueue.Length > 0)
        {
            engine.Queues.Abandon(ns.Id, request.StickyTaskQueue);
        }

        return ValueTask.FromResult(new ShutdownWorkerResponse());
    }

    private ValueTask<ListTaskQueuePartitionsResponse> Partitions(GrpcServerCallContext context, ListTaskQueuePartitionsRequest request)
    {
        namespaces.Resolve(request.Namespace);
        Require.TaskQueue(request.TaskQueue);
        var response = new ListTaskQueuePartitionsResponse();
        response.ActivityTaskQueuePartitions.Add(new TaskQueuePartitionMetadata { Key = request.TaskQueue.Name });
        response.WorkflowTaskQueuePartitions.Add(new TaskQueuePartitionMetadata { Key = request.TaskQueue.Name });
        return ValueTask.FromResult(response);
    }
}
