using Temporalio.Client.Schedules;

namespace Temporalio.Client.Interceptors;

/// <summary>What <see cref="ClientOutboundInterceptor.CreateScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Schedule">The schedule.</param>
/// <param name="Options">Options.</param>
public record CreateScheduleInput(string Id, Schedule Schedule, ScheduleOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.ListSchedulesAsync" /> is called with.</summary>
/// <param name="Options">Options.</param>
public record ListSchedulesInput(ScheduleListOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.BackfillScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Backfills">Periods.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record BackfillScheduleInput(string Id, IReadOnlyCollection<ScheduleBackfill> Backfills, RpcOptions? RpcOptions);

/// <summary>What <see cref="ClientOutboundInterceptor.DeleteScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record DeleteScheduleInput(string Id, RpcOptions? RpcOptions);

/// <summary>What <see cref="ClientOutboundInterceptor.DescribeScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record DescribeScheduleInput(string Id, RpcOptions? RpcOptions);

/// <summary>What <see cref="ClientOutboundInterceptor.PauseScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Note">Note for people.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record PauseScheduleInput(string Id, string? Note, RpcOptions? RpcOptions);

/// <summary>What <see cref="ClientOutboundInterceptor.TriggerScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Options">Options.</param>
public record TriggerScheduleInput(string Id, ScheduleTriggerOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.UnpauseScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Note">Note for people.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record UnpauseScheduleInput(string Id, string? Note, RpcOptions? RpcOptions);

/// <summary>What <see cref="ClientOutboundInterceptor.UpdateScheduleAsync" /> is called with.</summary>
/// <param name="Id">Schedule id.</param>
/// <param name="Updater">Makes the update of what is there; called again when the schedule changed meanwhile.</param>
/// <param name="RpcOptions">How the call is made.</param>
public record UpdateScheduleInput(string Id, Func<ScheduleUpdateInput, Task<ScheduleUpdate?>> Updater, RpcOptions? RpcOptions);
