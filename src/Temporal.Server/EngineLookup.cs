using Temporal.Server.History;
using Temporal.Server.Schedules;
using Temporal.Server.Schedules.State;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server;

/// <summary>The facts of an engine file about a workflow's newest run.</summary>
/// <param name="RunId">Run id.</param>
/// <param name="End">How it ended; null while it is open.</param>
public sealed record EngineRun(string RunId, EngineRunEnd? End);

/// <summary>The end of a run.</summary>
/// <param name="Kind">The closing event without its prefix: <c>Completed</c>, <c>Failed</c>, <c>Canceled</c>, <c>Terminated</c>,
/// <c>TimedOut</c> or <c>ContinuedAsNew</c>.</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Reason">The reason that a termination or a failure was given; else empty.</param>
/// <param name="Identity">Who terminated it; else empty.</param>
/// <param name="Result">The JSON that a completed run returned; else empty.</param>
public sealed record EngineRunEnd(string Kind, DateTimeOffset Time, string Reason, string Identity, string Result);

/// <summary>The facts of an engine file about a schedule.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Description">As a server describes it, without a token for changes.</param>
/// <param name="Due">Its times until now, UTC, whether it acted then or not.</param>
public sealed record EngineSchedule(string Id, DescribeScheduleResponse Description, IReadOnlyList<DateTime> Due);

/// <summary>Looks into an engine file without a server, also while one works on it: the file is only read.</summary>
public static class EngineLookup
{
    private const string Prefix = "WorkflowExecution";
    private const int MostTimes = 1000;

    /// <summary>The newest run of a workflow in the namespace <c>default</c>; null where there is none.</summary>
    /// <param name="path">The engine file.</param>
    /// <param name="workflowId">The workflow.</param>
    /// <exception cref="InvalidOperationException">There is no such file, it is not an engine database, it is damaged, or another release
    /// wrote it.</exception>
    public static EngineRun? Find(string path, string workflowId) =>
        Read(
            path,
            db =>
                RunTable.FindCurrent(db, NamespaceRegistry.Default.Id, workflowId) is var (name, row)
                    ? new EngineRun(name.RunId, row.Open ? null : EndOf(LastEvent(db, name.Key)))
                    : null
        );

    /// <summary>Id of that run alone, which reads no history.</summary>
    /// <inheritdoc cref="Find"/>
    public static string? FindRunId(string path, string workflowId) =>
        Read(path, db => RunTable.FindCurrent(db, NamespaceRegistry.Default.Id, workflowId) is var (name, _) ? name.RunId : null);

    /// <summary>The schedules in the namespace <c>default</c>, by id, as a server would describe them.</summary>
    /// <param name="path">The engine file.</param>
    /// <param name="since">How far back their times go; never before a schedule was created.</param>
    /// <param name="now">Until when they go, and the moment from which the next times count.</param>
    /// <inheritdoc cref="Find" path="/exception"/>
    public static IReadOnlyList<EngineSchedule> Schedules(string path, DateTimeOffset since, DateTimeOffset now) =>
        Read(
            path,
            db =>
                ScheduleTable
                    .Load(db)
                    .Where(record => record.Deleted is null && record.NamespaceId == NamespaceRegistry.Default.Id)
                    .OrderBy(record => record.ScheduleId, StringComparer.Ordinal)
                    .Select(record => Describe(record, since, now))
                    .ToList()
        );

    private static EngineSchedule Describe(ScheduleRecord record, DateTimeOffset since, DateTimeOffset now)
    {
        var times = ScheduleRun.TimesOf(record);
        var created = record.Info.CreateTime.ToDateTime();
        var from = created > since.UtcDateTime ? created : since.UtcDateTime;
        return new EngineSchedule(
            record.ScheduleId,
            new DescribeScheduleResponse
            {
                Schedule = record.Schedule,
                Info = ScheduleMachine.Describe(record, times, now.UtcDateTime),
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
            return StoredFile.Read(path, read);
        }
        catch (SqliteException fault)
        {
            throw new InvalidOperationException($"{path} can't be read: {fault.Message}", fault);
        }
    }

    private static HistoryEvent LastEvent(SqliteConnection db, long key)
    {
        var batch = HistoryTable.Last(db, key);
        return batch is null ? new HistoryEvent() : HistoryLog.Decode(new EventBatch(0, 0, batch)).Last();
    }

    private static EngineRunEnd EndOf(HistoryEvent last)
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
