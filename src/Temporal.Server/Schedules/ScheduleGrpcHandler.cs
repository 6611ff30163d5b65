using System.Buffers.Binary;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Temporal.Server.History;
using Temporal.Server.Schedules.State;
using Temporal.Server.Storage;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Schedules;

/// <summary>Handles the RPCs of schedules, and runs the existing schedules.</summary>
internal sealed class ScheduleGrpcHandler(ServerComponentServiceBundle services, ScheduleLister lists) : IServiceHandler
{
    private const int MostMatchingTimes = 1000;

    /// <summary>Time for which a deleted schedule is remembered, so that it can be distinguished from one that never existed.</summary>
    private static readonly TimeSpan DeletedFor = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(string NamespaceId, string Id), ScheduleRunner> _schedules = new();
    private readonly ILogger _logger = services.Loggers.CreateLogger("Temporal.Server.Schedules");
    private readonly Lock _creating = new();

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((CreateScheduleRequest request) => CreateAsync(request));
        table.AddAsync((DescribeScheduleRequest request) => DescribeAsync(request));
        table.AddAsync((UpdateScheduleRequest request) => UpdateAsync(request));
        table.AddAsync((PatchScheduleRequest request) => PatchAsync(request));
        table.AddAsync((DeleteScheduleRequest request) => DeleteAsync(request));
        table.Add((ListScheduleMatchingTimesRequest request) => MatchingTimes(request));
        table.Add((CountSchedulesRequest request) => lists.Count(request));
        table.AddAsync(
            async (ListSchedulesRequest request) => await lists.ListAsync(request, (ns, id) => _schedules.GetValueOrDefault((ns, id)))
        );
    }

    /// <inheritdoc/>
    public void Start()
    {
        services.Workflows.RunClosed += OnClosed;
        var forgotten = services.Timers.UtcNow - DeletedFor;
        foreach (var record in services.Database.Read(ScheduleSqlTable.Load))
        {
            if (record.Deleted is { } deleted && deleted.ToDateTimeOffset() < forgotten)
            {
                _ = services.Database.WriteAsync(db => ScheduleSqlTable.Delete(db, record.NamespaceId, record.ScheduleId));
                continue;
            }

            var run = new ScheduleRunner(services, record, _logger);
            _schedules[(record.NamespaceId, record.ScheduleId)] = run;
            if (record.Deleted is null)
            {
                _ = run.ResumeAsync();
            }
        }
    }

    private async Task<CreateScheduleResponse> CreateAsync(CreateScheduleRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        ScheduleRequestConverter.CheckId(request.ScheduleId);
        GrpcArgumentValidator.RequestId(request.RequestId);
        var schedule = ScheduleRequestConverter.Complete(request.Schedule, ns, services.SearchAttributes);
        var attributes = services.SearchAttributes.Validate(ns, request.SearchAttributes);
        var now = services.Timers.UtcNow.UtcDateTime;
        var record = new ScheduleRecord
        {
            NamespaceId = ns.Id,
            ScheduleId = request.ScheduleId,
            RunId = Guid.NewGuid().ToString(),
            CreateRequestId = request.RequestId.Length > 0 ? request.RequestId : Guid.NewGuid().ToString(),
            Schedule = schedule,
            Info = new ScheduleInfo { CreateTime = Timestamp.FromDateTime(now) },
            Memo = request.Memo,
            SearchAttributes = attributes,
            ConflictToken = 1,
            LastProcessed = Timestamp.FromDateTime(now),
        };
        ApplyPatch(record, request.InitialPatch, now);
        var run = new ScheduleRunner(services, record, _logger);
        lock (_creating)
        {
            var key = (ns.Id, request.ScheduleId);
            if (_schedules.TryGetValue(key, out var existing) && existing.Record is { Deleted: null } other)
            {
                return other.CreateRequestId == request.RequestId
                    ? new CreateScheduleResponse { ConflictToken = Token(other) }
                    : throw GrpcErrorFactory.AlreadyStarted(
                        $"Workflow execution is already running. WorkflowId: {ScheduleRequestConverter.WorkflowId(request.ScheduleId)}, "
                            + $"RunId: {other.RunId}.",
                        other.CreateRequestId,
                        other.RunId,
                        other.RunId
                    );
            }

            _schedules[key] = run;
        }

        try
        {
            await run.ChangeAsync(_ => true);
        }
        catch
        {
            _schedules.TryRemove(KeyValuePair.Create((ns.Id, request.ScheduleId), run));
            throw;
        }

        return new CreateScheduleResponse { ConflictToken = Token(record) };
    }

    private async Task<DescribeScheduleResponse> DescribeAsync(DescribeScheduleRequest request)
    {
        var run = Find(request.Namespace, request.ScheduleId);
        await run.WaitUntilProcessedAsync(ScheduleRequestConverter.SettleLimit);
        var record = run.Record;
        if (record.Deleted is not null)
        {
            throw GrpcErrorFactory.NotFound("schedule not found");
        }

        var info = ScheduleTransitions.Describe(record, run.Times, services.Timers.UtcNow.UtcDateTime);
        return new DescribeScheduleResponse
        {
            Schedule = record.Schedule,
            Info = info,
            Memo = record.Memo,
            SearchAttributes = record.SearchAttributes,
            ConflictToken = Token(record),
        };
    }

    private async Task<UpdateScheduleResponse> UpdateAsync(UpdateScheduleRequest request)
    {
        var ns = services.Namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.RequestId(request.RequestId);
        var schedule = ScheduleRequestConverter.Complete(request.Schedule, ns, services.SearchAttributes);
        var attributes = services.SearchAttributes.Validate(ns, request.SearchAttributes);
        var run = FindOpen(request.Namespace, request.ScheduleId);
        await run.ChangeAsync(record =>
        {
            // As in the Temporal server, an update with an outdated conflict token is silently dropped.
            if (
                (!request.ConflictToken.IsEmpty && request.ConflictToken != Token(record))
                || !ScheduleTransitions.RecordRequestId(record, request.RequestId)
            )
            {
                return false;
            }

            var now = services.Timers.UtcNow.UtcDateTime;
            ScheduleTransitions.Advance(record, run.Times, now);
            record.Schedule = schedule;
            record.Info.UpdateTime = Timestamp.FromDateTime(now);
            record.ConflictToken++;
            record.Memo = request.Memo ?? record.Memo;
            record.SearchAttributes = attributes is null ? record.SearchAttributes : attributes.WithoutNulls();
            return true;
        });
        return new UpdateScheduleResponse();
    }

    private async Task<PatchScheduleResponse> PatchAsync(PatchScheduleRequest request)
    {
        services.Namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.RequestId(request.RequestId);
        var run = FindOpen(request.Namespace, request.ScheduleId);
        await run.ChangeAsync(record =>
        {
            if (!ScheduleTransitions.RecordRequestId(record, request.RequestId))
            {
                return false;
            }

            var now = services.Timers.UtcNow.UtcDateTime;
            ScheduleTransitions.Advance(record, run.Times, now);
            ApplyPatch(record, request.Patch, now);
            return true;
        });
        return new PatchScheduleResponse();
    }

    private async Task<DeleteScheduleResponse> DeleteAsync(DeleteScheduleRequest request)
    {
        var run = FindOpen(request.Namespace, request.ScheduleId);
        await run.ChangeAsync(record =>
        {
            record.Deleted = Timestamp.FromDateTimeOffset(services.Timers.UtcNow);
            record.Buffer.Clear();
            record.Backfills.Clear();
            return true;
        });
        run.Stop();
        return new DeleteScheduleResponse();
    }

    private ListScheduleMatchingTimesResponse MatchingTimes(ListScheduleMatchingTimesRequest request)
    {
        var run = FindOpen(request.Namespace, request.ScheduleId);
        if (request.StartTime is null || request.EndTime is null)
        {
            throw GrpcErrorFactory.QueryFailed(
                "missing or invalid query",
                new Temporalio.Api.Failure.V1.Failure
                {
                    Message = "missing or invalid query",
                    Source = "GoSDK",
                    ApplicationFailureInfo = new Temporalio.Api.Failure.V1.ApplicationFailureInfo(),
                }
            );
        }

        var end = ScheduleRequestConverter.Time(request.EndTime, "EndTime");
        var times = run
            .Times.Following(ScheduleRequestConverter.Time(request.StartTime, "StartTime"), MostMatchingTimes)
            .Select(time => time.Actual)
            .TakeWhile(time => time <= end);
        return new ListScheduleMatchingTimesResponse { StartTime = { times.Select(Timestamp.FromDateTime) } };
    }

    private static void ApplyPatch(ScheduleRecord record, SchedulePatch? patch, DateTime now)
    {
        if (patch is null)
        {
            return;
        }

        if (patch.TriggerImmediately is { } trigger)
        {
            var time = trigger.ScheduledTime is { } scheduled ? ScheduleRequestConverter.Time(scheduled, "ScheduledTime") : now;
            ScheduleTransitions.Trigger(record, time, trigger.OverlapPolicy);
        }

        foreach (var backfill in patch.BackfillRequest)
        {
            if (backfill.StartTime is null || backfill.EndTime is null)
            {
                throw GrpcErrorFactory.InvalidArgument("backfill request needs start time and end time");
            }

            // The range includes its start time.
            record.Backfills.Add(
                new PendingBackfill
                {
                    After = Timestamp.FromDateTime(ScheduleRequestConverter.Time(backfill.StartTime, "StartTime").AddMilliseconds(-1)),
                    End = Timestamp.FromDateTime(ScheduleRequestConverter.Time(backfill.EndTime, "EndTime")),
                    Policy = backfill.OverlapPolicy,
                }
            );
        }

        if (patch.Pause.Length > 0)
        {
            ScheduleTransitions.SetPaused(record, paused: true, patch.Pause);
        }

        if (patch.Unpause.Length > 0)
        {
            ScheduleTransitions.SetPaused(record, paused: false, patch.Unpause);
        }
    }

    private ScheduleRunner Find(string ns, string scheduleId) =>
        _schedules.TryGetValue((services.Namespaces.Resolve(ns).Id, scheduleId), out var run)
            ? run
            : throw GrpcErrorFactory.NotFound($"workflow not found for ID: {ScheduleRequestConverter.WorkflowId(scheduleId)}");

    private ScheduleRunner FindOpen(string ns, string scheduleId) =>
        Find(ns, scheduleId) is { Record.Deleted: null } run
            ? run
            : throw GrpcErrorFactory.NotFound("workflow execution already completed");

    private void OnClosed(History.ClosedRun closed)
    {
        // For the schedule, a run with a successor has not ended.
        if (closed.NewRunId.Length > 0)
        {
            return;
        }

        foreach (
            var run in _schedules.Values.Where(run =>
                run.Record.NamespaceId == closed.NamespaceId
                && run.Record.Info.RecentActions.Any(action => action.StartWorkflowResult.WorkflowId == closed.WorkflowId)
            )
        )
        {
            _ = run.OnClosedAsync(closed);
        }
    }

    private static ByteString Token(ScheduleRecord record)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, record.ConflictToken);
        return ByteString.CopyFrom(bytes);
    }
}
