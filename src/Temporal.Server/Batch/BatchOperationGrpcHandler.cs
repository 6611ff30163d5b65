using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Temporal.Server.Batch.State;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporalio.Api.Batch.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Batch;

/// <summary>
/// Implements the RPCs for batch operations. Only one operation can run at a time in each namespace. Progress is stored, so that operations
/// continue after a restart.
/// </summary>
internal sealed class BatchOperationGrpcHandler(
    ServerComponentServiceBundle services,
    VisibilityReader visibility,
    BatchOperationActionApplier actions
) : IServiceHandler
{
    private const int DefaultPage = 100;

    private readonly ILogger _logger = services.Loggers.CreateLogger("Temporal.Server.Batch");
    private readonly ConcurrentDictionary<(string NamespaceId, string Job), BatchOperationExecutor> _batches = new();
    private readonly Lock _starting = new();

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((StartBatchOperationRequest request) => StartAsync(request));
        table.AddAsync((StopBatchOperationRequest request) => StopAsync(request));
        table.Add((DescribeBatchOperationRequest request) => Describe(request));
        table.Add((ListBatchOperationsRequest request) => List(request));
    }

    /// <inheritdoc/>
    public void Start()
    {
        foreach (var record in services.Database.Read(BatchOperationSqlTable.Load))
        {
            var run = Add(record);
            if (record.State == BatchOperationState.Running)
            {
                run.Begin();
            }
        }
    }

    private async Task<StartBatchOperationResponse> StartAsync(StartBatchOperationRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        CheckJob(request.JobId);
        if (
            request.Reason.Length == 0
            || (request.VisibilityQuery.Length == 0) == (request.Executions.Count == 0)
            || request.OperationCase == StartBatchOperationRequest.OperationOneofCase.None
        )
        {
            throw GrpcErrorFactory.InvalidArgument(
                "must provide required parameters: BatchType,Reason,Namespace, AND one of (Query OR Executions OR TargetExecutions)"
            );
        }

        BatchOperationActionApplier.Check(request);
        if (request.VisibilityQuery.Length > 0)
        {
            visibility.Resolve(ns, request.VisibilityQuery);
        }

        RemoveNamespace(ns);
        BatchOperationExecutor run;
        lock (_starting)
        {
            RefuseSecond(ns, request.JobId);
            run = Add(
                new BatchRecord
                {
                    NamespaceId = ns.Id,
                    RunId = Guid.NewGuid().ToString(),
                    RequestId = Guid.NewGuid().ToString(),
                    Request = request,
                    State = BatchOperationState.Running,
                    StartTime = Timestamp.FromDateTimeOffset(services.Timers.UtcNow),
                }
            );
        }

        try
        {
            await run.WriteAsync();
        }
        catch
        {
            _batches.TryRemove((ns.Id, request.JobId), out _);
            throw;
        }

        run.Begin();
        return new StartBatchOperationResponse();
    }

    private async Task<StopBatchOperationResponse> StopAsync(StopBatchOperationRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        CheckJob(request.JobId);
        if (request.Reason.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Reason is not set on request.");
        }

        return await Find(ns, request.JobId).TryStopAsync()
            ? new StopBatchOperationResponse()
            : throw GrpcErrorFactory.NotFound("workflow execution already completed");
    }

    private DescribeBatchOperationResponse Describe(DescribeBatchOperationRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        CheckJob(request.JobId);
        var record = Find(ns, request.JobId).Record;
        return new DescribeBatchOperationResponse
        {
            OperationType = BatchOperationActionApplier.TypeOf(record.Request),
            JobId = record.Request.JobId,
            State = record.State,
            StartTime = record.StartTime,
            CloseTime = record.CloseTime,
            TotalOperationCount = record.Targets.Count,
            CompleteOperationCount = record.Completed,
            FailureOperationCount = record.Failed,
            Identity = BatchOperationActionApplier.IdentityOf(record.Request),
            Reason = record.Request.Reason,
            Query = record.Request.VisibilityQuery,
            Executions =
            {
                record.Request.Executions.Select(execution => new Execution
                {
                    Type = ExecutionType.Workflow,
                    BusinessId = execution.WorkflowId,
                    RunId = execution.RunId,
                }),
            },
        };
    }

    private ListBatchOperationsResponse List(ListBatchOperationsRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        RemoveNamespace(ns);
        var size = request.PageSize <= 0 ? DefaultPage : request.PageSize;
        var after = request.NextPageToken.ToStringUtf8();
        var all = _batches
            .Where(batch => batch.Key.NamespaceId == ns.Id)
            .Select(batch => batch.Value.Record)
            .OrderByDescending(record => record.StartTime.ToDateTimeOffset())
            .ThenBy(record => record.RunId, StringComparer.Ordinal)
            .ToList();
        var from = after.Length == 0 ? 0 : all.FindIndex(record => record.RunId == after) + 1;
        var page = all.Skip(from).Take(size).ToList();
        return new ListBatchOperationsResponse
        {
            OperationInfo =
            {
                page.Select(record => new BatchOperationInfo
                {
                    JobId = record.Request.JobId,
                    State = record.State,
                    StartTime = record.StartTime,
                    CloseTime = record.CloseTime,
                }),
            },
            NextPageToken = from + page.Count < all.Count ? ByteString.CopyFromUtf8(page[^1].RunId) : ByteString.Empty,
        };
    }

    private BatchOperationExecutor Add(BatchRecord record) =>
        _batches[(record.NamespaceId, record.Request.JobId)] = new BatchOperationExecutor(services, visibility, actions, record, _logger);

    private BatchOperationExecutor Find(TemporalNamespace ns, string job) =>
        _batches.TryGetValue((ns.Id, job), out var run) ? run : throw GrpcErrorFactory.NotFound($"workflow not found for ID: {job}");

    // As the Temporal server does, rejects a workflow id that is in use and a second batch while one is running.
    private void RefuseSecond(TemporalNamespace ns, string job)
    {
        if (_batches.TryGetValue((ns.Id, job), out var other))
        {
            var record = other.Record;
            var message =
                record.State == BatchOperationState.Running
                    ? $"Workflow execution is already running. WorkflowId: {job}, RunId: {record.RunId}."
                    : $"Workflow execution already finished. WorkflowId: {job}, RunId: {record.RunId}. Workflow Id reuse policy: "
                        + "reject duplicate workflow Id.";
            throw GrpcErrorFactory.AlreadyStarted(message, record.RequestId, record.RunId, record.RunId);
        }

        if (_batches.Any(batch => batch.Key.NamespaceId == ns.Id && batch.Value.Record.State == BatchOperationState.Running))
        {
            throw GrpcErrorFactory.Create(
                StatusCode.ResourceExhausted,
                "Max concurrent batch operations is reached",
                "temporal.api.errordetails.v1.ResourceExhaustedFailure",
                new ResourceExhaustedFailure { Cause = ResourceExhaustedCause.ConcurrentLimit, Scope = ResourceExhaustedScope.Namespace }
            );
        }
    }

    // Batches have the same retention as closed runs.
    private void RemoveNamespace(TemporalNamespace ns)
    {
        var oldest = services.Timers.UtcNow - ns.Retention;
        foreach (
            var (key, batch) in _batches.Where(batch =>
                batch.Key.NamespaceId == ns.Id && batch.Value.Record.CloseTime?.ToDateTimeOffset() < oldest
            )
        )
        {
            _batches.TryRemove(key, out _);
            _ = services.Database.WriteAsync(db => BatchOperationSqlTable.Delete(db, key.NamespaceId, batch.Record.Request.JobId));
        }
    }

    private static void CheckJob(string job)
    {
        if (job.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("JobId is not set on request.");
        }

        if (job.Length > 1000)
        {
            throw GrpcErrorFactory.InvalidArgument("JobId length exceeds limit.");
        }
    }
}
