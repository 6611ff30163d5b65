using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Client.Schedules;

/// <summary>A schedule as its description shows it.</summary>
public class ScheduleDescription
{
    private readonly Lazy<IReadOnlyDictionary<string, IEncodedRawValue>> _memo;
    private readonly Lazy<SearchAttributeCollection> _searchAttributes;

    /// <summary>Reads what the server says.</summary>
    protected internal ScheduleDescription(
        string id,
        Schedule schedule,
        DescribeScheduleResponse rawDescription,
        DataConverter dataConverter
    )
    {
        Id = id;
        Schedule = schedule;
        RawDescription = rawDescription;
        Info = ScheduleInfo.FromProto(rawDescription.Info);
        _memo = new(() => EncodedRawValue.FromMemo(dataConverter, rawDescription.Memo));
        _searchAttributes = new(() =>
            rawDescription.SearchAttributes is { } attributes
                ? SearchAttributeCollection.FromProto(attributes)
                : SearchAttributeCollection.Empty
        );
    }

    /// <summary>Schedule id.</summary>
    public string Id { get; }

    /// <summary>What is done when.</summary>
    public Schedule Schedule { get; }

    /// <summary>What has been done.</summary>
    public ScheduleInfo Info { get; }

    /// <summary>Memo.</summary>
    public IReadOnlyDictionary<string, IEncodedRawValue> Memo => _memo.Value;

    /// <summary>Search attributes.</summary>
    public SearchAttributeCollection TypedSearchAttributes => _searchAttributes.Value;

    internal DescribeScheduleResponse RawDescription { get; }
}

/// <summary>What a schedule has done and will do.</summary>
/// <param name="NumActions">Actions taken.</param>
/// <param name="NumActionsMissedCatchupWindow">Actions dropped because they came too late.</param>
/// <param name="NumActionsSkippedOverlap">Actions dropped because of overlap.</param>
/// <param name="RunningActions">Actions that run now.</param>
/// <param name="RecentActions">The last actions.</param>
/// <param name="NextActionTimes">The next times.</param>
/// <param name="CreatedAt">When the schedule was created.</param>
/// <param name="LastUpdatedAt">When it was last updated, if ever.</param>
public record ScheduleInfo(
    long NumActions,
    long NumActionsMissedCatchupWindow,
    long NumActionsSkippedOverlap,
    IReadOnlyCollection<ScheduleActionExecution> RunningActions,
    IReadOnlyCollection<ScheduleActionResult> RecentActions,
    IReadOnlyCollection<DateTime> NextActionTimes,
    DateTime CreatedAt,
    DateTime? LastUpdatedAt
)
{
    internal static ScheduleInfo FromProto(Api.Schedule.V1.ScheduleInfo proto) =>
        new(
            proto.ActionCount,
            proto.MissedCatchupWindow,
            proto.OverlapSkipped,
            [.. proto.RunningWorkflows.Select(ScheduleActionExecutionStartWorkflow.FromProto)],
            [.. proto.RecentActions.Select(ScheduleActionResult.FromProto)],
            [.. proto.FutureActionTimes.Select(time => time.ToDateTime())],
            proto.CreateTime.ToDateTime(),
            proto.UpdateTime?.ToDateTime()
        );
}

/// <summary>An action that was taken.</summary>
public abstract record ScheduleActionExecution;

/// <summary>A workflow that was started.</summary>
/// <param name="WorkflowId">Workflow id.</param>
/// <param name="FirstExecutionRunId">First run of its chain.</param>
public record ScheduleActionExecutionStartWorkflow(string WorkflowId, string FirstExecutionRunId) : ScheduleActionExecution
{
    internal static ScheduleActionExecution FromProto(Api.Common.V1.WorkflowExecution proto) =>
        new ScheduleActionExecutionStartWorkflow(proto.WorkflowId, proto.RunId);
}

/// <summary>An action and its times.</summary>
/// <param name="ScheduledAt">When it was due.</param>
/// <param name="StartedAt">When it was taken.</param>
/// <param name="Action">What was done.</param>
public record ScheduleActionResult(DateTime ScheduledAt, DateTime StartedAt, ScheduleActionExecution Action)
{
    internal static ScheduleActionResult FromProto(Api.Schedule.V1.ScheduleActionResult proto) =>
        new(
            proto.ScheduleTime.ToDateTime(),
            proto.ActualTime.ToDateTime(),
            ScheduleActionExecutionStartWorkflow.FromProto(proto.StartWorkflowResult ?? new())
        );
}

/// <summary>A schedule as lists show it.</summary>
public class ScheduleListDescription
{
    private readonly Lazy<IReadOnlyDictionary<string, IEncodedRawValue>> _memo;
    private readonly Lazy<SearchAttributeCollection> _searchAttributes;

    /// <summary>Reads what the server says.</summary>
    protected internal ScheduleListDescription(ScheduleListEntry rawEntry, DataConverter dataConverter)
    {
        Id = rawEntry.ScheduleId;
        if (rawEntry.Info is { } info)
        {
            Schedule = new(
                new ScheduleListActionStartWorkflow(info.WorkflowType?.Name ?? string.Empty),
                ScheduleSpec.FromProto(info.Spec),
                new(info.Notes.Length == 0 ? null : info.Notes, info.Paused)
            );
            Info = new(
                [.. info.RecentActions.Select(ScheduleActionResult.FromProto)],
                [.. info.FutureActionTimes.Select(time => time.ToDateTime())]
            );
        }

        _memo = new(() => EncodedRawValue.FromMemo(dataConverter, rawEntry.Memo));
        _searchAttributes = new(() =>
            rawEntry.SearchAttributes is { } attributes ? SearchAttributeCollection.FromProto(attributes) : SearchAttributeCollection.Empty
        );
    }

    /// <summary>Schedule id.</summary>
    public string Id { get; }

    /// <summary>What is done when; null when the server's index does not have it yet.</summary>
    public ScheduleListSchedule? Schedule { get; }

    /// <summary>What has been done; null when the server's index does not have it yet.</summary>
    public ScheduleListInfo? Info { get; }

    /// <summary>Memo.</summary>
    public IReadOnlyDictionary<string, IEncodedRawValue> Memo => _memo.Value;

    /// <summary>Search attributes.</summary>
    public SearchAttributeCollection TypedSearchAttributes => _searchAttributes.Value;
}

/// <summary>What is done when, as lists show it.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Spec">When.</param>
/// <param name="State">State.</param>
public record ScheduleListSchedule(ScheduleListAction Action, ScheduleSpec Spec, ScheduleListState State);

/// <summary>What is done, as lists show it.</summary>
public abstract record ScheduleListAction;

/// <summary>A workflow that is started.</summary>
/// <param name="Workflow">Workflow type.</param>
public record ScheduleListActionStartWorkflow(string Workflow) : ScheduleListAction;

/// <summary>State as lists show it.</summary>
/// <param name="Note">Note for people.</param>
/// <param name="Paused">Whether it is paused.</param>
public record ScheduleListState(string? Note, bool Paused);

/// <summary>What has been done, as lists show it.</summary>
/// <param name="RecentActions">The last actions.</param>
/// <param name="NextActionTimes">The next times.</param>
public record ScheduleListInfo(IReadOnlyCollection<ScheduleActionResult> RecentActions, IReadOnlyCollection<DateTime> NextActionTimes);
