namespace Orchestrator.Settings;

/// <summary>Finds the keys of <see cref="SettingKeys"/> by name, older name and environment variable.</summary>
public static class SettingIndex
{
    /// <summary>All keys in display order. A <c>*</c> in a name stands for any agent.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        SettingKeys.Workers,
        SettingKeys.MaxWorkers,
        SettingKeys.TaskTimeout,
        LimitKeys.MaxRemediations,
        AgentKeys.Model,
        AgentKeys.EscalateModel,
        AgentKeys.Agent,
        AgentKeys.AgentCommand,
        AgentKeys.AgentProvider,
        AgentKeys.AgentMcp,
        AgentKeys.AgentTools,
        AgentKeys.PlannerAgent,
        AgentKeys.PlannerModel,
        AgentKeys.PlannerTimeout,
        AgentKeys.PlannerUrl,
        AgentKeys.PlannerRegion,
        ReviewKeys.Enabled,
        ReviewKeys.MaxRounds,
        ReviewKeys.Agent,
        ReviewKeys.Model,
        ReviewKeys.Timeout,
        ReviewKeys.Url,
        ReviewKeys.Region,
        QuestionKeys.AnsweredBy,
        QuestionKeys.MaxAnswers,
        LimitKeys.RetryAttempts,
        LimitKeys.RetryBaseDelay,
        LimitKeys.RetryMaxDelay,
        LimitKeys.StallLimit,
        LimitKeys.TurnLimit,
        LimitKeys.CostLimit,
        LimitKeys.MemoryLimit,
        LimitKeys.CpuLimit,
        LimitKeys.OrphanLimit,
        SettingKeys.TaskGates,
        SettingKeys.IntegrationGates,
        SettingKeys.GateCache,
        SettingKeys.GateQuarantine,
        SettingKeys.Radar,
        ChangeKeys.MaxLines,
        ChangeKeys.MaxFormatOnly,
        SettingKeys.TrainBatch,
        SettingKeys.TrainParallel,
        AgentKeys.PermissionMode,
        AgentKeys.PermissionAllow,
        AgentKeys.PermissionSandbox,
        AgentKeys.PermissionPaths,
        SettingKeys.StrictCompliance,
        SettingKeys.SecretScan,
        SettingKeys.Audit,
        DependencyKeys.Allow,
        DependencyKeys.Ask,
        DependencyKeys.Deny,
        SettingKeys.ApprovalTimeout,
        SettingKeys.LockTimeout,
        SettingKeys.AlwaysRequireHuman,
        WorktreeKeys.DiskReserve,
        WorktreeKeys.WorktreeDirectory,
        WorktreeKeys.WorktreeSetup,
        WorktreeKeys.WorktreeEnvironment,
        WorktreeKeys.WorktreeKeep,
        WorktreeKeys.WorktreeReuse,
        WorktreeKeys.WorktreePool,
        WorktreeKeys.BranchPrefix,
        WorktreeKeys.RetentionAge,
        WorktreeKeys.RetentionCount,
        SettingKeys.Land,
        SettingKeys.MessagePrefix,
        SettingKeys.Target,
        SettingKeys.RiskPatterns,
        SettingKeys.AutoApproveThreshold,
        SettingKeys.ReviewThreshold,
        SettingKeys.WordBoundaries,
        SettingKeys.ShowProgress,
        TemporalKeys.TemporalAddress,
        TemporalKeys.TemporalNamespace,
        TemporalKeys.TemporalTls,
        TemporalKeys.TemporalApiKey,
        .. NotificationSettings.Keys,
    ];

    private static readonly Dictionary<string, Setting> ByName = All.SelectMany(
            setting => setting.OldNames.Append(setting.Name),
            (setting, name) => (name, setting)
        )
        .ToDictionary(pair => pair.name, pair => pair.setting);

    private static readonly Dictionary<string, Setting> ByVariable = All.SelectMany(
            setting => setting.OldVariables,
            (setting, name) => (name, setting)
        )
        .ToDictionary(pair => pair.name, pair => pair.setting);

    /// <summary>The key with this name or older name, or null. <c>agents.NAME.command</c> finds <c>agents.*.command</c>.</summary>
    public static Setting? Find(string name) => ByName.GetValueOrDefault(Generic(name));

    /// <summary>True where a mapping under this name contains further keys, as <c>workers</c> may.</summary>
    internal static bool HasInner(string name) => ByName.Keys.Any(known => known.StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>The key that an older environment variable sets, or null.</summary>
    internal static Setting? FindByVariable(string variable) => ByVariable.GetValueOrDefault(variable);

    /// <summary>The name of the key that is nearest to an unknown one, or null.</summary>
    public static string? Nearest(string name) => NearestName.Of(name, ByName.Keys);

    /// <summary>The present form of a name that was found: <c>max_workers</c> becomes <c>workers</c>, an agent's name stays.</summary>
    internal static string Canonical(string name, Setting setting) =>
        setting.Name.Contains('*', StringComparison.Ordinal) ? name : setting.Name;

    private static string Generic(string name)
    {
        var parts = name.Split('.');
        return parts is ["agents" or "notifications", _, _] ? $"{parts[0]}.*.{parts[2]}" : name;
    }
}
