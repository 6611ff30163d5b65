using Temporal.Server.History;
using Temporal.Server.Schedules;
using Temporal.Server.Schedules.State;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server;

/// <summary>The newest run of a workflow, as stored in an embedded Temporal server's database file.</summary>
/// <param name="RunId">Run id.</param>
/// <param name="End">End of the run, or null while it is open.</param>
public sealed record LatestWorkflowRun(string RunId, WorkflowRunOutcome? End);

/// <summary>The outcome of a run, and the time at which the run closed.</summary>
/// <param name="Kind">The closing event without its prefix: <c>Completed</c>, <c>Failed</c>, <c>Canceled</c>, <c>Terminated</c>,
/// <c>TimedOut</c> or <c>ContinuedAsNew</c>.</param>
/// <param name="Time">Time at which the run closed (UTC).</param>
/// <param name="Reason">Reason for a termination, or message of a failure. Empty otherwise.</param>
/// <param name="Identity">Identity of the client that terminated the run. Empty otherwise.</param>
/// <param name="Result">JSON result of a completed run; otherwise empty.</param>
public sealed record WorkflowRunOutcome(string Kind, DateTimeOffset Time, string Reason, string Identity, string Result);

/// <summary>A schedule, as stored in an embedded Temporal server's database file.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Description">Description as the server returns it, but without a conflict token.</param>
/// <param name="Due">Scheduled times up to now (UTC), including times at which the schedule took no action.</param>
public sealed record StoredScheduleDescription(string Id, DescribeScheduleResponse Description, IReadOnlyList<DateTime> Due);

/// <summary>
/// Reads an embedded Temporal server's database file directly, without the server. Can also be used while a server is using the file,
/// because the file is opened for reading only.
/// </summary>
public static class EngineDatabaseReader
{
    private const string Prefix = "WorkflowExecution";
    private const int MostTimes = 1000;

    /// <summary>Finds the newest run of a workflow in the namespace <c>default</c>, or returns null if none exists.</summary>
    /// <param name="path">The engine file.</param>
    /// <param name="workflowId">Workflow id.</param>
    /// <exception cref="InvalidOperationException">The file does not exist, is not an engine database, is damaged, or was written by
    /// another release.</exception>
    public static LatestWorkflowRun? Find(string path, string workflowId) =>
        Read(
            path,
            db =>
                WorkflowRunSqlTable.FindCurrent(db, NamespaceRegistry.Default.Id, workflowId) is var (name, row)
                    ? new LatestWorkflowRun(name.RunId, row.Open ? null : EndOf(LastEvent(db, name.Key)))
                    : null
        );

    /// <summary>Finds only the id of a workflow's newest run, without reading the run's history.</summary>
    /// <inheritdoc cref="Find"/>
    public static string? FindRunId(string path, string workflowId) =>
        Read(
            path,
            db => WorkflowRunSqlTable.FindCurrent(db, NamespaceRegistry.Default.Id, workflowId) is var (name, _) ? name.RunId : null
        );

    /// <summary>Lists the schedules in the namespace <c>default</c>, ordered by id, as a server would describe them.</summary>
    /// <param name="path">The engine file.</param>
    /// <param name="since">Earliest scheduled time to include. Times before a schedule's creation are never included.</param>
    /// <param name="now">Latest scheduled time to include. The next action times are computed from this time.</param>
    /// <inheritdoc cref="Find" path="/exception"/>
    public static IReadOnlyList<StoredScheduleDescription> Schedules(string path, DateTimeOffset since, DateTimeOffset now) =>
        Read(
            path,
            db =>
                ScheduleSqlTable
                    .Load(db)
                    .Where(record => record.Deleted is null && record.NamespaceId == NamespaceRegistry.Default.Id)
                    .OrderBy(record => record.ScheduleId, StringComparer.Ordinal)
                    .Select(record => Describe(record, since, now))
                    .ToList()
        );

    private static StoredScheduleDescription Describe(ScheduleRecord record, DateTimeOffset since, DateTimeOffset now)
    {
        var times = ScheduleRunner.TimesOf(record);
        var created = record.Info.CreateTime.ToDateTime();
        var from = created > since.UtcDateTime ? created : since.UtcDateTime;
        return new StoredScheduleDescription(
            record.ScheduleId,
            new DescribeScheduleResponse
            {
                Schedule = record.Schedule,
                Info = ScheduleTransitions.Describe(record, times, now.UtcDateTime),
                Memo = record.Memo,
                SearchAttributes = record.SearchAttributes,
            },
            [.. times.Following(from, MostTimes).Select(time => time.Actual).TakeWhile(time => time <= now.UtcDateTime)]
        );
    }

    private static T Read<T>(string path, Func<SqliteConnection, T> read)
    {
        try
        {
            return ReadOnlyEngineDatabase.Read(path, read);
        }
        catch (SqliteException fault)
        {
            throw new InvalidOperationException($"{path} can't be read: {fault.Message}", fault);
        }
    }

    private static HistoryEvent LastEvent(SqliteConnection db, long key)
    {
        var batch = EventHistorySqlTable.Last(db, key);
        return batch is null ? new HistoryEvent() : CachedEventHistory.Decode(new EventBatch(0, 0, batch)).Last();
    }

    private static WorkflowRunOutcome EndOf(HistoryEvent last)
    {
        var name = last.EventType.ToString();
        var kind = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        var time = last.EventTime?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;
        return last.EventType switch
        {
            EventType.WorkflowExecutionTerminated => new(
                kind,
                time,
                last.WorkflowExecutionTerminatedEventAttributes.Reason,
                last.WorkflowExecutionTerminatedEventAttributes.Identity,
                ""
            ),
            EventType.WorkflowExecutionFailed => new(
                kind,
                time,
                last.WorkflowExecutionFailedEventAttributes.Failure?.Message ?? "",
                "",
                ""
            ),
            EventType.WorkflowExecutionCompleted => new(
                kind,
                time,
                "",
                "",
                last.WorkflowExecutionCompletedEventAttributes.Result?.Payloads_.FirstOrDefault()?.Data.ToStringUtf8() ?? ""
            ),
            _ => new(kind, time, "", "", ""),
        };
    }
}
