using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Temporalio.Client.Schedules;

/// <summary>How a schedule is created.</summary>
public class ScheduleOptions : ICloneable
{
    /// <summary>Whether it acts at once.</summary>
    public bool TriggerImmediately { get; set; }

    /// <summary>Periods to act for at once.</summary>
    public IReadOnlyCollection<ScheduleBackfill> Backfills { get; set; } = [];

    /// <summary>Memo of the schedule.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Search attributes of the schedule.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (ScheduleOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How schedules are listed.</summary>
public class ScheduleListOptions : ICloneable
{
    /// <summary>List filter; null: all.</summary>
    public string? Query { get; set; }

    /// <summary>How the calls are made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (ScheduleListOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How a schedule is triggered.</summary>
public class ScheduleTriggerOptions
{
    /// <summary>Overlap policy for this action; unspecified: the schedule's.</summary>
    public ScheduleOverlapPolicy Overlap { get; set; }

    /// <summary>How the call is made.</summary>
    public RpcOptions? Rpc { get; set; }

    /// <summary>A copy.</summary>
    public virtual object Clone()
    {
        var copy = (ScheduleTriggerOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}
