using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Schedules;

/// <summary>Lists and counts schedules that match a query, which uses the same language as queries for runs.</summary>
internal sealed class ScheduleLister(ServerComponentServiceBundle services, VisibilityReader visibility, SearchAttributeRegistry attributes)
{
    private const int ListedTimes = 5;

    /// <summary>Lists a page of schedules, the most recently created ones first.</summary>
    /// <param name="find">Finds the schedule of a namespace id and a schedule id, or returns null.</param>
    public async Task<ListSchedulesResponse> ListAsync(ListSchedulesRequest request, Func<string, string, ScheduleRunner?> find)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        var page = visibility.List(ns, Query(ns, request.Query), request.MaximumPageSize, request.NextPageToken);
        var response = new ListSchedulesResponse { NextPageToken = page.Next };
        var runs = page
            .Rows.Select(row => find(ns.Id, ScheduleRequestConverter.ScheduleId(row.Info.Execution.WorkflowId)))
            .OfType<ScheduleRunner>()
            .ToList();
        await Task.WhenAll(runs.Select(run => run.WaitUntilProcessedAsync(ScheduleRequestConverter.SettleLimit)));
        response.Schedules.Add(runs.Where(run => run.Record.Deleted is null).Select(Entry));

        return response;
    }

    /// <summary>Counts the schedules that match a query.</summary>
    public CountSchedulesResponse Count(CountSchedulesRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        var query = Query(ns, request.Query);
        return new CountSchedulesResponse { Count = services.Database.Read(db => VisibilitySqlTables.Count(db, ns.Id, query)) };
    }

    private VisibilityQuery Query(TemporalNamespace ns, string text)
    {
        VisibilityFilter division = new ComparisonVisibilityFilter(
            SystemSearchAttributes.Predefined[SystemSearchAttributes.NamespaceDivision],
            "=",
            ScheduleSqlTable.Division
        );
        try
        {
            var resolver = new VisibilityQueryNameResolver(
                name => Find(ns, name),
                (name, value) => name == "ScheduleId" ? ScheduleRequestConverter.WorkflowId(value) : value
            );
            var where = resolver.Resolve(text).Where;
            return new VisibilityQuery(
                where is null ? division : new LogicalVisibilityFilter(IsAnd: true, division, where),
                GroupByStatus: false,
                NamesDivision: true
            );
        }
        catch (VisibilityQueryException e)
        {
            throw GrpcErrorFactory.InvalidArgument(e.Message);
        }
    }

    private SearchAttribute Find(TemporalNamespace ns, string name) =>
        name == "ScheduleId"
            ? SystemSearchAttributes.Computed[SystemSearchAttributes.WorkflowId] with
            {
                Name = "ScheduleId",
            }
            : attributes.Find(ns.Id, name) ?? throw VisibilityQueryException.UnknownAttribute(name);

    private ScheduleListEntry Entry(ScheduleRunner run)
    {
        var record = run.Record;
        var info = new ScheduleListInfo
        {
            Spec = record.Schedule.Spec,
            WorkflowType = record.Schedule.Action?.StartWorkflow?.WorkflowType,
            Notes = record.Schedule.State.Notes,
            Paused = record.Schedule.State.Paused,
        };
        info.RecentActions.Add(record.Info.RecentActions.Skip(Math.Max(0, record.Info.RecentActions.Count - ListedTimes)));
        info.FutureActionTimes.Add(ScheduleTransitions.Future(record, run.Times, services.Timers.UtcNow.UtcDateTime, ListedTimes));
        return new ScheduleListEntry
        {
            ScheduleId = record.ScheduleId,
            Memo = record.Memo,
            SearchAttributes = record.SearchAttributes,
            Info = info,
        };
    }
}
