using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Filter.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Visibility;

/// <summary>RPCs that list and count runs.</summary>
internal sealed class VisibilityGrpcHandler(EngineDatabase database, NamespaceRegistry namespaces, VisibilityReader reader)
    : IServiceHandler
{
    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.Add((ListWorkflowExecutionsRequest request) => List(request));
        table.Add((ScanWorkflowExecutionsRequest request) => Scan(request));
        table.Add((CountWorkflowExecutionsRequest request) => Count(request));
        table.Add((ListOpenWorkflowExecutionsRequest request) => ListOpen(request));
        table.Add((ListClosedWorkflowExecutionsRequest request) => ListClosed(request));
        table.Add((ListArchivedWorkflowExecutionsRequest request) => ListArchived(request));
    }

    private ListWorkflowExecutionsResponse List(ListWorkflowExecutionsRequest request)
    {
        var page = reader.List(namespaces.Resolve(request.Namespace), request.Query, request.PageSize, request.NextPageToken);
        return new ListWorkflowExecutionsResponse { Executions = { page.Rows.Select(row => row.Info) }, NextPageToken = page.Next };
    }

    private ScanWorkflowExecutionsResponse Scan(ScanWorkflowExecutionsRequest request)
    {
        var page = reader.List(namespaces.Resolve(request.Namespace), request.Query, request.PageSize, request.NextPageToken);
        return new ScanWorkflowExecutionsResponse { Executions = { page.Rows.Select(row => row.Info) }, NextPageToken = page.Next };
    }

    private CountWorkflowExecutionsResponse Count(CountWorkflowExecutionsRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var query = reader.Resolve(ns, request.Query);
        if (!query.GroupByStatus)
        {
            return new CountWorkflowExecutionsResponse { Count = database.Read(db => VisibilitySqlTables.Count(db, ns.Id, query)) };
        }

        var groups = database.Read(db => VisibilitySqlTables.CountByStatus(db, ns.Id, query));
        return new CountWorkflowExecutionsResponse
        {
            Count = groups.Sum(group => group.Count),
            Groups =
            {
                groups.Select(group => new CountWorkflowExecutionsResponse.Types.AggregationGroup
                {
                    Count = group.Count,
                    GroupValues = { Keyword(WorkflowStatusFormatter.Of(group.Status)) },
                }),
            },
        };
    }

    private ListOpenWorkflowExecutionsResponse ListOpen(ListOpenWorkflowExecutionsRequest request)
    {
        var filters = new List<VisibilityFilter> { Open(negated: false) };
        filters.AddRange(Between("StartTime", request.StartTimeFilter));
        filters.AddRange(Equal(SystemSearchAttributes.WorkflowId, request.ExecutionFilter?.WorkflowId));
        filters.AddRange(Equal("RunId", request.ExecutionFilter?.RunId));
        filters.AddRange(Equal("WorkflowType", request.TypeFilter?.Name));
        var page = reader.List(namespaces.Resolve(request.Namespace), All(filters), request.MaximumPageSize, request.NextPageToken);
        return new ListOpenWorkflowExecutionsResponse { Executions = { page.Rows.Select(row => row.Info) }, NextPageToken = page.Next };
    }

    private static InVisibilityFilter Open(bool negated) =>
        new(
            SystemSearchAttributes.Computed[SystemSearchAttributes.ExecutionStatus],
            [(long)WorkflowExecutionStatus.Running, (long)WorkflowExecutionStatus.Paused],
            negated
        );

    private ListClosedWorkflowExecutionsResponse ListClosed(ListClosedWorkflowExecutionsRequest request)
    {
        var status = SystemSearchAttributes.Computed[SystemSearchAttributes.ExecutionStatus];
        var filters = new List<VisibilityFilter>
        {
            request.StatusFilter is { Status: not WorkflowExecutionStatus.Unspecified } wanted
                ? new ComparisonVisibilityFilter(status, "=", (long)wanted.Status)
                : Open(negated: true),
        };
        filters.AddRange(Between("CloseTime", request.StartTimeFilter));
        filters.AddRange(Equal(SystemSearchAttributes.WorkflowId, request.ExecutionFilter?.WorkflowId));
        filters.AddRange(Equal("RunId", request.ExecutionFilter?.RunId));
        filters.AddRange(Equal("WorkflowType", request.TypeFilter?.Name));
        var page = reader.List(namespaces.Resolve(request.Namespace), All(filters), request.MaximumPageSize, request.NextPageToken);
        return new ListClosedWorkflowExecutionsResponse { Executions = { page.Rows.Select(row => row.Info) }, NextPageToken = page.Next };
    }

    private ListArchivedWorkflowExecutionsResponse ListArchived(ListArchivedWorkflowExecutionsRequest request)
    {
        namespaces.Resolve(request.Namespace);
        throw GrpcErrorFactory.InvalidArgument("Cluster is not configured for visibility archival.");
    }

    private static IEnumerable<VisibilityFilter> Equal(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            yield return new ComparisonVisibilityFilter(SystemSearchAttributes.Computed[name], "=", value);
        }
    }

    private static IEnumerable<VisibilityFilter> Between(string name, StartTimeFilter? filter)
    {
        if (filter is not null)
        {
            yield return new RangeVisibilityFilter(
                SystemSearchAttributes.Computed[name],
                Time(filter.EarliestTime, long.MinValue),
                Time(filter.LatestTime, long.MaxValue),
                Negated: false
            );
        }
    }

    private static long Time(Timestamp? time, long missing) => time is null ? missing : VisibilityQueryLiteralConverter.Nanoseconds(time);

    private static VisibilityQuery All(IEnumerable<VisibilityFilter> filters) =>
        new(
            filters.Aggregate((left, right) => new LogicalVisibilityFilter(IsAnd: true, left, right)),
            GroupByStatus: false,
            NamesDivision: false
        );

    private static Payload Keyword(string value) =>
        new()
        {
            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain"), ["type"] = ByteString.CopyFromUtf8("Keyword") },
            Data = ByteString.CopyFromUtf8($"\"{value}\""),
        };
}
