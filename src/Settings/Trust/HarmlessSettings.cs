namespace Orchestrator.Settings;

/// <summary>Settings that count from a repository's files before a person trusts it: numbers, and names that are only displayed or
/// compared. All others need trust.</summary>
/// <remarks>Left out on purpose, although numbers or switches: settings that would loosen a rule or a limit of the person (risk, cost,
/// approvals, landing).</remarks>
public static class HarmlessSettings
{
    private static readonly HashSet<Setting> List =
    [
        SettingKeys.Workers,
        SettingKeys.MaxWorkers,
        SettingKeys.TaskTimeout,
        LimitKeys.MaxRemediations,
        AgentKeys.Model,
        AgentKeys.EscalateModel,
        AgentKeys.PlannerModel,
        AgentKeys.PlannerTimeout,
        LimitKeys.RetryAttempts,
        LimitKeys.RetryBaseDelay,
        LimitKeys.RetryMaxDelay,
        LimitKeys.StallLimit,
        LimitKeys.TurnLimit,
        LimitKeys.MemoryLimit,
        LimitKeys.CpuLimit,
        LimitKeys.OrphanLimit,
        SettingKeys.TrainBatch,
        SettingKeys.TrainParallel,
        SettingKeys.ApprovalTimeout,
        SettingKeys.LockTimeout,
        WorktreeKeys.DiskReserve,
        WorktreeKeys.WorktreePool,
        WorktreeKeys.BranchPrefix,
        SettingKeys.MessagePrefix,
        SettingKeys.ShowProgress,
    ];

    /// <summary>True where a setting counts from an untrusted repository.</summary>
    public static bool Contains(Setting setting) => List.Contains(setting);
}
