using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Converters;

namespace Temporalio.Client.Schedules;

/// <summary>What is done when.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Spec">When.</param>
public record Schedule(ScheduleAction Action, ScheduleSpec Spec)
{
    /// <summary>What happens on overlap, after an outage and after a failure.</summary>
    public SchedulePolicy Policy { get; init; } = new();

    /// <summary>Whether it is paused, and how often it still acts.</summary>
    public ScheduleState State { get; init; } = new();

    internal static async Task<Schedule> FromProtoAsync(
        Api.Schedule.V1.Schedule proto,
        string clientNamespace,
        DataConverter dataConverter
    ) =>
        new(await ScheduleAction.FromProtoAsync(proto.Action, clientNamespace, dataConverter), ScheduleSpec.FromProto(proto.Spec))
        {
            Policy = SchedulePolicy.FromProto(proto.Policies),
            State = ScheduleState.FromProto(proto.State),
        };

    internal async Task<Api.Schedule.V1.Schedule> ToProtoAsync(string clientNamespace, DataConverter dataConverter) =>
        new()
        {
            Action = await Action.ToProtoAsync(clientNamespace, dataConverter),
            Spec = Spec.ToProto(),
            Policies = Policy.ToProto(),
            State = State.ToProto(),
        };
}

/// <summary>What happens on overlap, after an outage and after a failure.</summary>
public record SchedulePolicy
{
    /// <summary>What happens when the action before still runs. Default: the new one is skipped.</summary>
    public ScheduleOverlapPolicy Overlap { get; init; } = ScheduleOverlapPolicy.Skip;

    /// <summary>How long after its time an action is still made up for. Default a year.</summary>
    public TimeSpan CatchupWindow { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Whether a failed action pauses the schedule.</summary>
    public bool PauseOnFailure { get; init; }

    internal static SchedulePolicy FromProto(SchedulePolicies? proto) =>
        proto is null
            ? new()
            : new()
            {
                Overlap = proto.OverlapPolicy,
                CatchupWindow = proto.CatchupWindow?.ToTimeSpan() ?? TimeSpan.FromDays(365),
                PauseOnFailure = proto.PauseOnFailure,
            };

    internal SchedulePolicies ToProto() =>
        new()
        {
            OverlapPolicy = Overlap,
            CatchupWindow = Duration.FromTimeSpan(CatchupWindow),
            PauseOnFailure = PauseOnFailure,
        };
}

/// <summary>Whether a schedule is paused, and how often it still acts.</summary>
public record ScheduleState
{
    /// <summary>Note for people; pausing and unpausing replace it.</summary>
    public string? Note { get; init; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether it ends after <see cref="RemainingActions" />.</summary>
    public bool LimitedActions { get; init; }

    /// <summary>How often it still acts when limited.</summary>
    public long RemainingActions { get; init; }

    internal static ScheduleState FromProto(Api.Schedule.V1.ScheduleState? proto) =>
        proto is null
            ? new()
            : new()
            {
                Note = proto.Notes.Length == 0 ? null : proto.Notes,
                Paused = proto.Paused,
                LimitedActions = proto.LimitedActions,
                RemainingActions = proto.RemainingActions,
            };

    internal Api.Schedule.V1.ScheduleState ToProto() =>
        new()
        {
            Notes = Note ?? string.Empty,
            Paused = Paused,
            LimitedActions = LimitedActions,
            RemainingActions = RemainingActions,
        };
}
