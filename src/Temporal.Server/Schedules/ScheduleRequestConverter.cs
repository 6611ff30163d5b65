using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Frontend;
using Temporal.Server.Schedules.Specs;
using Temporal.Server.Schedules.State;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Schedules;

/// <summary>Converts schedule requests to stored records, and stored records to start requests and visibility rows.</summary>
internal static class ScheduleRequestConverter
{
    /// <summary>Maximum time for which describing a schedule waits for the schedule's latest requests to be processed.</summary>
    public static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(3);

    private const int LongestId = 1000;

    // The Temporal server's default and minimum catch-up window.
    private static readonly TimeSpan DefaultCatchup = TimeSpan.FromDays(365);
    private static readonly TimeSpan ShortestCatchup = TimeSpan.FromSeconds(10);

    /// <summary>Id of the workflow that would represent the schedule in the Temporal server.</summary>
    public static string WorkflowId(string scheduleId) => ScheduleSqlTable.IdPrefix + scheduleId;

    /// <summary>Id of the schedule that the workflow with the given id represents.</summary>
    public static string ScheduleId(string workflowId) => workflowId[ScheduleSqlTable.IdPrefix.Length..];

    /// <summary>Rejects a schedule id that is missing or too long.</summary>
    public static void CheckId(string scheduleId)
    {
        if (scheduleId.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("ScheduleId is not set on request.");
        }

        if (WorkflowId(scheduleId).Length is > LongestId and var length)
        {
            throw GrpcErrorFactory.InvalidArgument($"WorkflowId exceeds maximum allowed length ({length}/{LongestId})");
        }
    }

    /// <summary>Converts a time in a request to a .NET time (UTC).</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the time is not between the years 1970 and 9999.</exception>
    public static DateTime Time(Timestamp time, string name) =>
        time.Seconds is >= 0 and < 253_402_300_800 && time.Nanos is >= 0 and < 1_000_000_000
            ? DateTime.UnixEpoch.AddSeconds(time.Seconds).AddTicks(time.Nanos / 100)
            : throw GrpcErrorFactory.InvalidArgument($"{name} is not a valid time");

    /// <summary>Builds a schedule with a canonical specification and all defaults set.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: specification or action are not valid.</exception>
    public static Schedule Complete(Schedule? given, TemporalNamespace ns, SearchAttributeRegistry searchAttributes)
    {
        var schedule = given?.Clone() ?? new Schedule();
        try
        {
            schedule.Spec = ScheduleSpecNormalizer.Of(schedule.Spec ?? new ScheduleSpec());
        }
        catch (ScheduleSpecException e)
        {
            throw GrpcErrorFactory.InvalidArgument($"Invalid schedule spec: {e.Message}");
        }

        schedule.Action ??= new ScheduleAction();
        schedule.Policies ??= new SchedulePolicies();
        schedule.State ??= new ScheduleState();
        if (schedule.Policies.OverlapPolicy == ScheduleOverlapPolicy.Unspecified)
        {
            schedule.Policies.OverlapPolicy = ScheduleOverlapPolicy.Skip;
        }

        var catchup = schedule.Policies.CatchupWindow.Span();
        schedule.Policies.CatchupWindow = Duration.FromTimeSpan(
            catchup <= TimeSpan.Zero || catchup.TotalSeconds > int.MaxValue ? DefaultCatchup
            : catchup < ShortestCatchup ? ShortestCatchup
            : catchup
        );
        if (schedule.Action.StartWorkflow is { } start)
        {
            Check(start, ns, searchAttributes);
            start.TaskQueue = new TaskQueue { Name = start.TaskQueue.Name, Kind = TaskQueueKind.Normal };
        }

        return schedule;
    }

    /// <summary>Builds the request for a scheduled workflow start.</summary>
    public static StartWorkflowExecutionRequest Start(ScheduleRecord record, NewWorkflowExecutionInfo action, PendingStart start, string ns)
    {
        var request = StartOf(action, ns);
        request.WorkflowId = start.WorkflowId;
        request.RequestId = start.RequestId;
        request.Identity = Identity(record, ns);
        request.ContinuedFailure = record.LastFailure;
        request.LastCompletionResult = record.LastResult;
        request.SearchAttributes = request.SearchAttributes?.Clone() ?? new SearchAttributes();
        request.SearchAttributes.IndexedFields["TemporalScheduledById"] = Json(record.ScheduleId);
        request.SearchAttributes.IndexedFields["TemporalScheduledStartTime"] = Json(
            start.Nominal.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );
        return request;
    }

    public static TerminateWorkflowExecutionRequest Terminate(ScheduleRecord record, WorkflowExecution running, string ns) =>
        new()
        {
            Namespace = ns,
            WorkflowExecution = new WorkflowExecution { WorkflowId = running.WorkflowId },
            FirstExecutionRunId = running.RunId,
            Identity = Identity(record, ns),
            Reason = "terminated by schedule overlap policy",
        };

    public static RequestCancelWorkflowExecutionRequest Cancel(ScheduleRecord record, WorkflowExecution running, string ns) =>
        new()
        {
            Namespace = ns,
            WorkflowExecution = new WorkflowExecution { WorkflowId = running.WorkflowId },
            FirstExecutionRunId = running.RunId,
            Identity = Identity(record, ns),
            RequestId = Guid.NewGuid().ToString(),
            Reason = "cancelled by schedule overlap policy",
        };

    /// <summary>Builds the visibility record of a schedule, which appears as a workflow, as in the Temporal server.</summary>
    public static VisibilityRecord Visible(ScheduleRecord record)
    {
        var attributes = record.SearchAttributes?.Clone() ?? new SearchAttributes();
        attributes.IndexedFields[SystemSearchAttributes.NamespaceDivision] = Json(ScheduleSqlTable.Division);
        attributes.IndexedFields["TemporalSchedulePaused"] = new Payload
        {
            Metadata = { ["encoding"] = JsonPlain },
            Data = ByteString.CopyFromUtf8(record.Schedule.State.Paused ? "true" : "false"),
        };
        return new VisibilityRecord
        {
            NamespaceId = record.NamespaceId,
            WorkflowId = WorkflowId(record.ScheduleId),
            RunId = record.RunId,
            WorkflowType = "temporal-sys-scheduler-workflow",
            TaskQueue = "temporal-sys-per-ns-tq",
            Status = WorkflowExecutionStatus.Running,
            StartTime = record.Info.CreateTime.ToDateTimeOffset(),
            ExecutionTime = record.Info.CreateTime.ToDateTimeOffset(),
            Memo = record.Memo,
            SearchAttributes = attributes,
            RootWorkflowId = WorkflowId(record.ScheduleId),
            RootRunId = record.RunId,
        };
    }

    private static ByteString JsonPlain { get; } = ByteString.CopyFromUtf8("json/plain");

    private static void Check(NewWorkflowExecutionInfo start, TemporalNamespace ns, SearchAttributeRegistry searchAttributes)
    {
        if (start.CronSchedule.Length > 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Scheduled workflow must not contain CronSchedule");
        }

        if (start.WorkflowIdReusePolicy is not (WorkflowIdReusePolicy.Unspecified or WorkflowIdReusePolicy.AllowDuplicate))
        {
            throw GrpcErrorFactory.InvalidArgument("Scheduled workflow must not contain WorkflowIDReusePolicy");
        }

        // An empty workflow id is valid, because the time is appended to it.
        var request = StartOf(start, ns.Name);
        request.WorkflowId = $"{start.WorkflowId}-{DateTime.UnixEpoch:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        request.RequestId = "check";
        WorkflowStartValidator.Check(request, ns, searchAttributes);
        start.SearchAttributes = request.SearchAttributes;
    }

    private static StartWorkflowExecutionRequest StartOf(NewWorkflowExecutionInfo action, string ns) =>
        new()
        {
            Namespace = ns,
            WorkflowType = action.WorkflowType,
            TaskQueue = action.TaskQueue,
            Input = action.Input,
            WorkflowExecutionTimeout = action.WorkflowExecutionTimeout,
            WorkflowRunTimeout = action.WorkflowRunTimeout,
            WorkflowTaskTimeout = action.WorkflowTaskTimeout,
            WorkflowIdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate,
            RetryPolicy = action.RetryPolicy,
            Memo = action.Memo,
            SearchAttributes = action.SearchAttributes,
            Header = action.Header,
            UserMetadata = action.UserMetadata,
            VersioningOverride = action.VersioningOverride,
            Priority = action.Priority,
        };

    private static string Identity(ScheduleRecord record, string ns) => $"temporal-scheduler-{ns}-{record.ScheduleId}";

    private static Payload Json(string text) =>
        new()
        {
            Metadata = { ["encoding"] = JsonPlain },
            Data = ByteString.CopyFrom(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(text)),
        };
}
