namespace Orchestrator.Settings;

/// <summary>Converts the effective raw settings to typed ones, and checks settings that depend on each other.</summary>
internal sealed class SettingsBinder(SettingsLayers layers)
{
    public OrchestratorSettings Bind()
    {
        var settings = new OrchestratorSettings
        {
            Workers = Read(SettingKeys.Workers),
            MaxWorkers = Read(SettingKeys.MaxWorkers),
            TaskTimeout = Read(SettingKeys.TaskTimeout),
            MaxRemediations = Read(LimitKeys.MaxRemediations),
            Model = ReadModel(AgentKeys.Model),
            EscalateModel = CurrentModel(AgentKeys.EscalateModel, Read(AgentKeys.EscalateModel)),
            Agent = Read(AgentKeys.Agent),
            Agents = ReadAgents(),
            Planner = new(
                Read(AgentKeys.PlannerAgent),
                ReadModel(AgentKeys.PlannerModel),
                Read(AgentKeys.PlannerTimeout),
                Read(AgentKeys.PlannerUrl),
                Read(AgentKeys.PlannerRegion)
            ),
            Review = new(
                Read(ReviewKeys.Enabled),
                Read(ReviewKeys.MaxRounds),
                new(
                    Read(ReviewKeys.Agent),
                    ReadModel(ReviewKeys.Model),
                    Read(ReviewKeys.Timeout),
                    Read(ReviewKeys.Url),
                    Read(ReviewKeys.Region)
                )
            ),
            Questions = new(Read(QuestionKeys.AnsweredBy) == QuestionSettings.Planner, Read(QuestionKeys.MaxAnswers)),
            Retry = new RetryRule
            {
                MaxAttempts = Read(LimitKeys.RetryAttempts),
                BaseDelay = Read(LimitKeys.RetryBaseDelay),
                MaxDelay = Read(LimitKeys.RetryMaxDelay),
            },
            Limits = new(
                Read(LimitKeys.StallLimit),
                Read(LimitKeys.TurnLimit),
                Read(LimitKeys.CostLimit),
                Read(LimitKeys.MemoryLimit),
                Read(LimitKeys.CpuLimit),
                Read(LimitKeys.OrphanLimit)
            ),
            Gates = new(
                Read(SettingKeys.TaskGates),
                Read(SettingKeys.IntegrationGates),
                Read(SettingKeys.GateCache),
                Read(SettingKeys.GateQuarantine)
            ),
            Radar = Read(SettingKeys.Radar),
            Changes = new(Read(ChangeKeys.MaxLines), Read(ChangeKeys.MaxFormatOnly)),
            Train = new(Read(SettingKeys.TrainBatch), Read(SettingKeys.TrainParallel)),
            Permissions = new(Read(AgentKeys.PermissionMode), Read(AgentKeys.PermissionAllow), Read(AgentKeys.PermissionSandbox))
            {
                Paths = Read(AgentKeys.PermissionPaths),
            },
            StrictCompliance = Read(SettingKeys.StrictCompliance),
            SecretScan = Read(SettingKeys.SecretScan),
            Audit = Read(SettingKeys.Audit),
            Dependencies = new(Read(DependencyKeys.Allow), Read(DependencyKeys.Ask), Read(DependencyKeys.Deny)),
            ApprovalTimeout = Read(SettingKeys.ApprovalTimeout),
            LockTimeout = Read(SettingKeys.LockTimeout),
            AlwaysRequireHuman = Read(SettingKeys.AlwaysRequireHuman),
            DiskReserve = Read(WorktreeKeys.DiskReserve),
            Worktrees = new(
                Read(WorktreeKeys.WorktreeDirectory),
                Read(WorktreeKeys.WorktreeSetup),
                Read(WorktreeKeys.WorktreeEnvironment),
                Read(WorktreeKeys.WorktreeKeep),
                Read(WorktreeKeys.BranchPrefix)
            )
            {
                Pool = Read(WorktreeKeys.WorktreePool),
                Reuse = Read(WorktreeKeys.WorktreeReuse),
            },
            Retention = new(Read(WorktreeKeys.RetentionAge), Read(WorktreeKeys.RetentionCount)),
            Git = new(Read(SettingKeys.Land), Read(SettingKeys.MessagePrefix), Read(SettingKeys.Target)),
            Risk = new(
                Read(SettingKeys.RiskPatterns),
                Read(SettingKeys.AutoApproveThreshold),
                Read(SettingKeys.ReviewThreshold),
                Read(SettingKeys.WordBoundaries)
            ),
            ShowProgress = Read(SettingKeys.ShowProgress),
            Temporal = new(
                Read(TemporalKeys.TemporalAddress),
                Read(TemporalKeys.TemporalNamespace),
                Read(TemporalKeys.TemporalTls),
                Read(TemporalKeys.TemporalApiKey)
            )
            {
                IsAddressOfRepository = SecretDestinations.OfRepository(layers.Settings, TemporalKeys.TemporalAddress) is not null,
                IsNamespaceSet = layers.Settings.ContainsKey(TemporalKeys.TemporalNamespace.Name),
            },
            Notifications = NotificationSettings.Read(this),
        };
        CheckTogether(settings);
        return settings;
    }

    /// <summary>The names under a key that have settings of their own.</summary>
    internal IReadOnlyList<string> Names(string key) =>
        [
            .. layers
                .Settings.Keys.Select(name => name.Split('.'))
                .Where(parts => parts.Length == 3 && parts[0] == key)
                .Select(parts => parts[1])
                .Distinct(),
        ];

    internal T Read<T>(Setting<T> setting, string? part) => ReadNamed(setting, setting.NameOf(part));

    internal SettingSource SourceOf(Setting setting, string? part) => SourceOf(setting.NameOf(part));

    internal void Demand(bool holds, Setting setting, string message, string cure, string? part)
    {
        if (!holds)
        {
            layers.Errors.Add(new SettingFault(setting.NameOf(part), message, cure, SourceOf(setting, part)));
        }
    }

    internal T Read<T>(Setting<T> setting) => ReadNamed(setting, setting.Name);

    private T ReadNamed<T>(Setting<T> setting, string name) =>
        layers.Settings.TryGetValue(name, out var raw)
            ? setting.Read(
                raw.Value,
                (message, line) =>
                    layers.Errors.Add(
                        SettingFault.OfValue(
                            setting,
                            name,
                            message,
                            line > 0 && raw.Source.Line > 0 ? raw.Source with { Line = line } : raw.Source
                        )
                    )
            )
            : setting.Default;

    private string ReadModel(Setting<string> setting) => CurrentModel(setting, Read(setting))!;

    private string? CurrentModel(Setting setting, string? model)
    {
        if (model is null || ModelName.AliasForRetired(model) is not { } alias)
        {
            return model;
        }
        layers.Warnings.Add(
            new SettingFault(
                setting.Name,
                $"the model '{model}' is no longer served; '{alias}' is used.",
                $"Write '{alias}'.",
                SourceOf(setting.Name)
            )
        );
        return alias;
    }

    private Dictionary<string, AgentSettings> ReadAgents()
    {
        var names = layers
            .Settings.Keys.Where(name => name.StartsWith("agents.", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1])
            .Append("claude")
            .Distinct();
        return names.ToDictionary(
            name => name,
            name => new AgentSettings(
                ReadCommand(name),
                Read(AgentKeys.AgentProvider, name),
                Read(AgentKeys.AgentMcp, name),
                Read(AgentKeys.AgentTools, name)
            )
        );
    }

    private IReadOnlyList<string>? ReadCommand(string agent)
    {
        var name = $"agents.{agent}.command";
        var command = Read(AgentKeys.AgentCommand, agent);
        if (command is { Count: 0 } || (command is null && agent != "claude"))
        {
            layers.Errors.Add(new SettingFault(name, "the agent has no program.", "Give [PROGRAM, ARGUMENT, ...].", SourceOf(name)));
        }
        return command;
    }

    private void CheckTogether(OrchestratorSettings settings)
    {
        Demand(
            settings.Workers <= settings.MaxWorkers,
            SettingKeys.Workers,
            $"{settings.Workers} is more than workers.max ({settings.MaxWorkers}).",
            $"Give at most {settings.MaxWorkers}, or raise workers.max."
        );
        Demand(
            settings.Retry.BaseDelay <= settings.Retry.MaxDelay,
            LimitKeys.RetryBaseDelay,
            $"{Durations.Write(settings.Retry.BaseDelay)} is more than retry.max_delay ({Durations.Write(settings.Retry.MaxDelay)}).",
            "The first pause must not be the longest."
        );
        Demand(
            settings.Risk.AutoApproveThreshold <= settings.Risk.ReviewThreshold,
            SettingKeys.AutoApproveThreshold,
            $"{settings.Risk.AutoApproveThreshold} is more than risk.review_threshold ({settings.Risk.ReviewThreshold}).",
            "Raise risk.review_threshold as well."
        );
        if (!settings.Agents.ContainsKey(settings.Agent))
        {
            var near = NearestName.Of(settings.Agent, settings.Agents.Keys);
            Demand(
                false,
                AgentKeys.Agent,
                $"there is no agent '{settings.Agent}'{(near is null ? "" : $"; '{near}' is near")}.",
                $"Add 'agents: {{{settings.Agent}: {{command: [PROGRAM, ARGUMENT]}}}}' to .orchestrator/config.yaml, or choose one of "
                    + $"{string.Join(", ", settings.Agents.Keys.Order(StringComparer.Ordinal))}."
            );
        }
    }

    private void Demand(bool holds, Setting setting, string message, string cure)
    {
        if (!holds)
        {
            layers.Errors.Add(new SettingFault(setting.Name, message, cure, SourceOf(setting.Name)));
        }
    }

    private SettingSource SourceOf(string name) => layers.Settings.TryGetValue(name, out var raw) ? raw.Source : SettingSource.Default;
}
