using System.Collections.Concurrent;
using Google.Protobuf;
using Temporal.Server.Timers;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Worker.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>
/// Stores worker heartbeats in memory. Rejects calls to the two older worker versioning APIs in the same way as a Temporal server that has
/// them disabled.
/// </summary>
internal sealed class WorkerHeartbeatGrpcHandler(TimerService timers, NamespaceRegistry namespaces) : IServiceHandler
{
    private const int DefaultPage = 100;
    private const int MostWorkers = 10_000;

    /// <summary>Time without a heartbeat after which a worker is forgotten. Workers report every 60 seconds by default.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string NamespaceId, string Key), (WorkerHeartbeat Heartbeat, DateTimeOffset At)> _workers =
        new();

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.Add((RecordWorkerHeartbeatRequest request) => Record(request));
        table.Add((ListWorkersRequest request) => List(request));
        table.Add((DescribeWorkerRequest request) => Describe(request));
        table.Add((CountWorkersRequest request) => Count(request));

        foreach (
            var method in (string[])
                ["CreateWorkflowRule", "DescribeWorkflowRule", "DeleteWorkflowRule", "ListWorkflowRules", "TriggerWorkflowRule"]
        )
        {
            table.AddRaw<Google.Protobuf.WellKnownTypes.Empty>(
                GrpcMethodRegistry.WorkflowService,
                method,
                (_, _) => throw GrpcErrorFactory.Unimplemented($"method {method} not supported")
            );
        }

        Refuse<GetWorkerBuildIdCompatibilityRequest>(table, request => request.Namespace, SetsDisabled);
        Refuse<UpdateWorkerBuildIdCompatibilityRequest>(table, request => request.Namespace, SetsDisabled);
        Refuse<GetWorkerVersioningRulesRequest>(table, request => request.Namespace, RulesDisabled);
        Refuse<UpdateWorkerVersioningRulesRequest>(table, request => request.Namespace, RulesDisabled);
        Refuse<GetWorkerTaskReachabilityRequest>(table, request => request.Namespace, RulesDisabled);
    }

    /// <summary>Stores a worker's heartbeat, including the final one that the worker sends when it shuts down.</summary>
    public void Record(TemporalNamespace ns, WorkerHeartbeat heartbeat)
    {
        Forget();
        if (
            heartbeat.WorkerInstanceKey.Length > 0
            && (_workers.Count < MostWorkers || _workers.ContainsKey((ns.Id, heartbeat.WorkerInstanceKey)))
        )
        {
            _workers[(ns.Id, heartbeat.WorkerInstanceKey)] = (heartbeat, timers.UtcNow);
        }
    }

    private RecordWorkerHeartbeatResponse Record(RecordWorkerHeartbeatRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        foreach (var heartbeat in request.WorkerHeartbeat)
        {
            Record(ns, heartbeat);
        }

        return new RecordWorkerHeartbeatResponse();
    }

    private ListWorkersResponse List(ListWorkersRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var filter = WorkerListFilterParser.Parse(request.Query);
        Forget();
        var size = request.PageSize <= 0 ? DefaultPage : request.PageSize;
        var after = request.NextPageToken.ToStringUtf8();
        var page = _workers
            .Where(worker =>
                worker.Key.NamespaceId == ns.Id && string.CompareOrdinal(worker.Key.Key, after) > 0 && filter(worker.Value.Heartbeat)
            )
            .OrderBy(worker => worker.Key.Key, StringComparer.Ordinal)
            .Take(size + 1)
            .ToList();
        return new ListWorkersResponse
        {
            WorkersInfo = { page.Take(size).Select(worker => new WorkerInfo { WorkerHeartbeat = worker.Value.Heartbeat }) },
            NextPageToken = page.Count > size ? ByteString.CopyFromUtf8(page[size - 1].Key.Key) : ByteString.Empty,
        };
    }

    private CountWorkersResponse Count(CountWorkersRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var filter = WorkerListFilterParser.Parse(request.Query);
        Forget();
        return new CountWorkersResponse
        {
            Count = _workers.Count(worker => worker.Key.NamespaceId == ns.Id && filter(worker.Value.Heartbeat)),
        };
    }

    private DescribeWorkerResponse Describe(DescribeWorkerRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        Forget();
        return _workers.TryGetValue((ns.Id, request.WorkerInstanceKey), out var worker)
            ? new DescribeWorkerResponse { WorkerInfo = new WorkerInfo { WorkerHeartbeat = worker.Heartbeat } }
            : throw GrpcErrorFactory.NotFound($"Worker {request.WorkerInstanceKey} not found");
    }

    private void Forget()
    {
        var oldest = timers.UtcNow - Silence;
        foreach (var worker in _workers.Where(worker => worker.Value.At < oldest))
        {
            _workers.TryRemove(worker);
        }
    }

    private void Refuse<TRequest>(GrpcMethodRegistry table, Func<TRequest, string> ns, Func<RpcException> failure)
        where TRequest : IMessage<TRequest>, new() =>
        table.AddRaw<TRequest>(
            (_, request) =>
            {
                namespaces.Resolve(ns(request));
                throw failure();
            }
        );

    private static RpcException SetsDisabled() =>
        Denied("Worker versioning v0.1 (Version Set-based, deprecated) is disabled on this namespace.");

    private static RpcException RulesDisabled() =>
        Denied("Worker versioning v0.2 (Rules-based, deprecated) is disabled on this namespace.");

    private static RpcException Denied(string message) =>
        GrpcErrorFactory.Create(
            StatusCode.PermissionDenied,
            message,
            "temporal.api.errordetails.v1.PermissionDeniedFailure",
            new PermissionDeniedFailure()
        );
}
