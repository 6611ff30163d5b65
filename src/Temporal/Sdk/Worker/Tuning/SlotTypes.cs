namespace Temporalio.Worker.Tuning;

/// <summary>What a slot is for.</summary>
public enum SlotType
{
    /// <summary>Workflow tasks.</summary>
    Workflow = 0,

    /// <summary>Activities.</summary>
    Activity = 1,

    /// <summary>Local activities.</summary>
    LocalActivity = 2,

    /// <summary>Nexus operations.</summary>
    NexusOperation = 3,
}

/// <summary>What a slot is used for.</summary>
public abstract record SlotInfo
{
    private SlotInfo() { }

    /// <summary>A workflow task.</summary>
    /// <param name="WorkflowType">Workflow type.</param>
    /// <param name="IsSticky">Whether it came by the sticky queue.</param>
    public record WorkflowSlotInfo(string WorkflowType, bool IsSticky) : SlotInfo;

    /// <summary>An activity.</summary>
    /// <param name="ActivityType">Activity type.</param>
    public record ActivitySlotInfo(string ActivityType) : SlotInfo;

    /// <summary>A local activity.</summary>
    /// <param name="ActivityType">Activity type.</param>
    public record LocalActivitySlotInfo(string ActivityType) : SlotInfo;
}

/// <summary>A reserved slot.</summary>
public class SlotPermit
{
    /// <summary>Without data.</summary>
    public SlotPermit() { }

    /// <summary>With data of the supplier's.</summary>
    public SlotPermit(object data) => UserData = data;

    /// <summary>Data of the supplier's.</summary>
    public object? UserData { get; init; }
}

/// <summary>What a slot is asked for.</summary>
/// <param name="SlotType">Kind.</param>
/// <param name="TaskQueue">Task queue.</param>
/// <param name="WorkerIdentity">Identity of the worker.</param>
/// <param name="WorkerBuildId">Build id of the worker.</param>
/// <param name="IsSticky">Whether it is for the sticky queue.</param>
public record SlotReserveContext(SlotType SlotType, string TaskQueue, string WorkerIdentity, string WorkerBuildId, bool IsSticky);

/// <summary>A slot that got its task.</summary>
/// <param name="SlotInfo">The task.</param>
/// <param name="Permit">The slot.</param>
public record SlotMarkUsedContext(SlotInfo SlotInfo, SlotPermit Permit);

/// <summary>A slot that is free again.</summary>
/// <param name="SlotInfo">Its task; null when it got none.</param>
/// <param name="Permit">The slot.</param>
public record SlotReleaseContext(SlotInfo? SlotInfo, SlotPermit Permit);
