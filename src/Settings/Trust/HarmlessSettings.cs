namespace Orchestrator.Settings;

/// <summary>The short list of settings that count from a repository's files before a person trusts it: numbers, and names that are only
/// shown or compared. A setting that is not here is asked about.</summary>
/// <remarks>Left out on purpose, although numbers or switches: what would loosen a rule or a limit that the person set for all repositories
/// (risk, money, required people, landing).</remarks>
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

    /// <summary>True where a setting counts from a repository that nobody has trusted.</summary>
    public static bool Contains(Setting setting) => List.Contains(setting);
}
