namespace Orchestrator.Settings;

/// <summary>Converts each source of settings to raw settings under their current names. Later layers override earlier ones.</summary>
/// <param name="isTrusted">True to apply all settings in the repository's files. If false, only harmless settings apply, and no variables
/// for agents or secrets.</param>
internal sealed class SettingsLayers(bool isTrusted)
{
    private readonly Dictionary<string, RawSetting> _settings = [];
    private readonly Dictionary<string, AgentVariable> _agentVariables = [];

    /// <summary>Names of settings that have no effect, because they are set in the files of an untrusted repository.</summary>
    public HashSet<string> Withheld { get; } = [];

    /// <summary>True if the repository's files contain an entry that takes effect only if the user trusts the repository.</summary>
    public bool HasAsked { get; private set; }

    /// <summary>Environment variables for agents that are set by the repository's files.</summary>
    public IReadOnlyCollection<AgentVariable> AgentVariables => _agentVariables.Values;

    /// <summary>Effective settings by name.</summary>
    public IReadOnlyDictionary<string, RawSetting> Settings => _settings;

    public List<SettingFault> Errors { get; } = [];

    public List<SettingFault> Warnings { get; } = [];

    /// <summary>Variables from <c>.env</c> and from <c>.orchestrator/secrets.env</c>, where the latter takes precedence.</summary>
    public Dictionary<string, string> FileVariables { get; } = [];

    public void AddFile(SettingSourceKind kind, ConfigurationFileText? file)
    {
        if (file is null)
        {
            return;
        }
        var source = new SettingSource(kind, file.Path);
        if (ConfigurationFile.Read(file.Text, source, Errors) is { } map)
        {
            AddLayer(LegacySettingConverter.Rewrite(SettingsFlattener.Of(map, "", source)));
        }
    }

    /// <summary>
    /// Adds the risk settings from an older tool's file, which apply without being imported. Other settings in that file take effect only
    /// after <c>init</c> imports them.
    /// </summary>
    public void AddRiskRules(ConfigurationFileText file)
    {
        var old = LegacyConfiguration.Translate(file, new SettingSource(SettingSourceKind.RepositoryFile, file.Path), Errors);
        AddLayer([.. old.Settings.Where(raw => RiskSettings.RulesOfOlderTools.Contains(SettingDeclarationIndex.Find(raw.Name)))]);
    }

    /// <summary>Warns about settings in older tools' files that <c>init</c> has not imported.</summary>
    public void WarnOfOlder(IEnumerable<ConfigurationFileText> files, SettingSourceKind kind)
    {
        foreach (var file in files)
        {
            var source = new SettingSource(kind, file.Path);
            var old = LegacyConfiguration.Translate(file, source, new List<SettingFault>());
            if (old.Settings.Exists(raw => !RiskSettings.RulesOfOlderTools.Contains(SettingDeclarationIndex.Find(raw.Name))))
            {
                Warnings.Add(
                    new SettingFault("", "settings in an older tool's file are ignored.", "Run 'orchestrate init' to import them.", source)
                );
            }
        }
    }

    public void AddDotEnv(ConfigurationFileText? file)
    {
        if (file is null)
        {
            return;
        }
        var layer = new List<RawSetting>();
        foreach (var (name, value, line) in DotEnvFile.Read(file.Text))
        {
            var source = new SettingSource(SettingSourceKind.DotEnv, file.Path, line);
            AddFileVariable(name, value, source);
            if (DotEnvVariableAllowlist.IsRefused(name))
            {
                Warnings.Add(
                    new SettingFault(
                        name,
                        "a repository's file can't set it, because it could name programs to run or addresses that get keys.",
                        "Set the variable in your own environment.",
                        source
                    )
                );
            }
            else if (!DotEnvVariableAllowlist.Contains(name))
            {
                AddVariable(layer, name, value, source);
            }
        }
        AddLayer(layer);
    }

    public void AddEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        var layer = new List<RawSetting>();
        foreach (var (name, value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            AddVariable(layer, name, value, new SettingSource(SettingSourceKind.Environment, name));
        }
        AddLayer(layer);
    }

    public void AddFlags(IReadOnlyList<SettingOverride> flags) =>
        AddLayer([
            .. flags.Select(flag => new RawSetting(
                flag.Name,
                YamlOrJsonNodeFormatter.Scalar(flag.Value),
                new SettingSource(SettingSourceKind.Flag, flag.Option)
            )),
        ]);

    private void AddFileVariable(string name, string value, SettingSource source)
    {
        if (source.IsOfRepository)
        {
            HasAsked = true;
            if (!isTrusted)
            {
                return;
            }
            if (DotEnvVariableAllowlist.Contains(name))
            {
                _agentVariables[name] = new AgentVariable(name, value, source);
            }
        }
        FileVariables[name] = value;
    }

    private void AddVariable(List<RawSetting> layer, string variable, string value, SettingSource source)
    {
        if (value.Length == 0)
        {
            return;
        }
        var setting = SettingDeclarationIndex.FindByVariable(variable);
        var name = setting?.Name ?? SettingNames.OfVariable(variable);
        if (name is null)
        {
            return;
        }
        setting ??= SettingDeclarationIndex.Find(name);

        // The variable contains the secret itself. The settings store only the variable's name.
        if (setting is { IsSecret: true } && !value.StartsWith('$') && !value.StartsWith("file:", StringComparison.Ordinal))
        {
            value = "$" + variable;
        }
        layer.Add(new RawSetting(name, ReadVariable(value, source), source, variable));
    }

    // Lists and mappings have the same syntax in variables as in files.
    private YamlOrJsonNode ReadVariable(string value, SettingSource source)
    {
        if (value[0] is not ('[' or '{'))
        {
            return YamlOrJsonNodeFormatter.Scalar(value);
        }
        var faults = new List<SettingFault>();
        var map = ConfigurationFile.Read("value: " + value, source, faults);
        if (faults.Count == 0 && map is { Entries: [var only] })
        {
            return only.Value;
        }
        Errors.AddRange(faults);
        return YamlOrJsonNodeFormatter.Scalar(value);
    }

    private void WarnOfUnknown(RawSetting raw, string? near) =>
        Warnings.Add(
            new SettingFault(
                raw.Name,
                "there is no such setting; it is ignored.",
                near is null ? "See 'orchestrate config list'." : $"Did you mean '{near}'?",
                raw.Source
            )
        );

    private void AddLayer(IReadOnlyList<RawSetting> layer)
    {
        var seen = new Dictionary<string, RawSetting>();
        foreach (var raw in layer)
        {
            if (SettingDeclarationIndex.Find(raw.Name) is not { } setting)
            {
                WarnOfUnknown(raw, SettingDeclarationIndex.Nearest(raw.Name));
                continue;
            }
            if (setting.IsUserOnly && raw.Source.IsOfRepository)
            {
                Warnings.Add(
                    new SettingFault(
                        raw.Name,
                        "a repository's file can't set it, because this setting decides whose decisions count.",
                        "Set it in your own settings: orchestrate config set --user.",
                        raw.Source
                    )
                );
                continue;
            }
            var name = SettingDeclarationIndex.Canonical(raw.Name, setting);
            if (seen.TryGetValue(name, out var other))
            {
                Warnings.Add(
                    new SettingFault(
                        raw.Name,
                        $"'{raw.Spelling}' sets the same setting as '{other.Spelling}' ({other.Source}).",
                        $"Keep one of them; {(raw.IsPresentName(name) ? raw : other).Spelling} takes precedence.",
                        raw.Source
                    )
                );
                if (!raw.IsPresentName(name))
                {
                    continue;
                }
            }
            seen[name] = raw;
        }
        foreach (var (name, raw) in seen)
        {
            var isAsked = raw.Source.IsOfRepository && !SettingDeclarationIndex.Find(name)!.IsHarmless;
            HasAsked |= isAsked;
            if (isAsked && !isTrusted)
            {
                Withheld.Add(name);
                continue;
            }

            // A later layer that applies overrides the repository's value, which has no effect.
            Withheld.Remove(name);
            _settings[name] = raw with { Name = name };
        }
    }
}
