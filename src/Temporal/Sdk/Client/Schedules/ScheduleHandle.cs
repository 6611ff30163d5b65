using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Temporalio.Client.Schedules;

/// <summary>A schedule, acted on from outside.</summary>
/// <param name="Client">Client it is acted on with.</param>
/// <param name="Id">Schedule id.</param>
public record ScheduleHandle(ITemporalClient Client, string Id)
{
    /// <summary>Acts for past or future periods as fast as the overlap policy allows.</summary>
    public virtual Task BackfillAsync(IReadOnlyCollection<ScheduleBackfill> backfills, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.BackfillScheduleAsync(new(Id, backfills, rpcOptions));

    /// <summary>Deletes the schedule; workflows it started go on.</summary>
    public virtual Task DeleteAsync(RpcOptions? rpcOptions = null) => Client.OutboundInterceptor.DeleteScheduleAsync(new(Id, rpcOptions));

    /// <summary>Looks at the schedule.</summary>
    public virtual Task<ScheduleDescription> DescribeAsync(RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.DescribeScheduleAsync(new(Id, rpcOptions));

    /// <summary>Pauses the schedule.</summary>
    public virtual Task PauseAsync(string? note = null, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.PauseScheduleAsync(new(Id, note, rpcOptions));

    /// <summary>Acts now.</summary>
    public virtual Task TriggerAsync(ScheduleTriggerOptions? options = null) =>
        Client.OutboundInterceptor.TriggerScheduleAsync(new(Id, options));

    /// <summary>Ends the pause.</summary>
    public virtual Task UnpauseAsync(string? note = null, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.UnpauseScheduleAsync(new(Id, note, rpcOptions));

    /// <summary>
    /// Changes the schedule. The updater gets what is there and returns what shall be, or null to leave it; it is called again when
    /// somebody else changed it meanwhile.
    /// </summary>
    public virtual Task UpdateAsync(Func<ScheduleUpdateInput, ScheduleUpdate?> updater, RpcOptions? rpcOptions = null) =>
        UpdateAsync(input => Task.FromResult(updater(input)), rpcOptions);

    /// <summary>
    /// Changes the schedule. The updater gets what is there and returns what shall be, or null to leave it; it is called again when
    /// somebody else changed it meanwhile.
    /// </summary>
    public virtual Task UpdateAsync(Func<ScheduleUpdateInput, Task<ScheduleUpdate?>> updater, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.UpdateScheduleAsync(new(Id, updater, rpcOptions));
}

/// <summary>A period to act for.</summary>
/// <param name="StartAt">Its beginning, exclusive.</param>
/// <param name="EndAt">Its end, inclusive.</param>
/// <param name="Overlap">Overlap policy for these actions; unspecified: the schedule's.</param>
public record ScheduleBackfill(DateTime StartAt, DateTime EndAt, ScheduleOverlapPolicy Overlap = ScheduleOverlapPolicy.Unspecified)
{
    internal Api.Schedule.V1.BackfillRequest ToProto() =>
        new()
        {
            StartTime = Protos.Time(StartAt),
            EndTime = Protos.Time(EndAt),
            OverlapPolicy = Overlap,
        };
}

/// <summary>What an updater gets.</summary>
/// <param name="Description">What is there.</param>
public record ScheduleUpdateInput(ScheduleDescription Description);

/// <summary>What an updater returns.</summary>
/// <param name="Schedule">What shall be.</param>
/// <param name="TypedSearchAttributes">Search attributes that shall be; null: as they are.</param>
public record ScheduleUpdate(Schedule Schedule, SearchAttributeCollection? TypedSearchAttributes = null);
