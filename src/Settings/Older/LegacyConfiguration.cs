namespace Orchestrator.Settings;

/// <summary>A setting that was imported from an older tool's file.</summary>
/// <param name="Name">Current name of the setting.</param>
/// <param name="Value">Value in the notation of a current settings file.</param>
/// <param name="From">File and line that the setting came from.</param>
public sealed record ImportedSetting(string Name, string Value, string From);

/// <summary>A setting in an older tool's file that the orchestrator uses without importing it.</summary>
/// <param name="Name">Name of the setting in that file.</param>
/// <param name="Meaning">Current name of the setting, or a description of its other use.</param>
/// <param name="From">File and line that the setting came from.</param>
public sealed record UsedLegacySetting(string Name, string Meaning, string From);

/// <summary>A setting in an older tool's file that is not used.</summary>
/// <param name="Name">Name of the setting in that file.</param>
/// <param name="From">File and line that the setting came from.</param>
/// <param name="Why">Reason why the setting is not used; empty if it has no equivalent.</param>
public sealed record UnusedLegacySetting(string Name, string From, string Why = "");

/// <summary>Result of importing settings from older tools' files.</summary>
/// <param name="Settings">Imported settings under their current names.</param>
/// <param name="Used">Settings that are read directly from these files, under their former names.</param>
/// <param name="Unused">Settings that are not used, by name.</param>
/// <param name="Secrets">Secrets in these files, as variables for <c>.orchestrator/secrets.env</c>.</param>
/// <param name="Faults">Faults of files and values that could not be read.</param>
public sealed record LegacySettingsImportResult(
    IReadOnlyList<ImportedSetting> Settings,
    IReadOnlyList<UsedLegacySetting> Used,
    IReadOnlyList<UnusedLegacySetting> Unused,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<SettingFault> Faults
);

/// <summary>
/// Reads the files of older tools: <c>orchestrator_config.json</c>, <c>.claude-agents.yaml</c>, a user's settings file and a <c>.env</c>
/// file.
/// </summary>
public static class LegacyConfiguration
{
    // Sections that only group settings. The last part of a name identifies the setting.
    private static readonly string[] Sections =
    [
        "execution.",
        "monitoring.",
        "notifications.",
        "git.",
        "models.",
        "orchestration.",
        "approval.",
    ];

    /// <summary>
    /// Reads the files of older tools in order. If several files contain the same setting, the first file takes precedence.
    /// </summary>
    public static LegacySettingsImportResult Read(IReadOnlyList<ConfigurationFileText> files)
    {
        var taken = new Dictionary<string, ImportedSetting>();
        var used = new List<UsedLegacySetting>();
        var unused = new List<UnusedLegacySetting>();
        var secrets = new Dictionary<string, string>();
        var faults = new List<SettingFault>();
        foreach (var file in files)
        {
            if (Path.GetFileName(file.Path) == ".env")
            {
                LegacyVariableImporter.Read(file, taken, used, unused);
                continue;
            }
            var old = Translate(file, new SettingSource(SettingSourceKind.RepositoryFile, file.Path), faults);
            used.AddRange(
                old.Anyway.Select(raw => new UsedLegacySetting(raw.Name, "orchestrate always behaves this way", raw.Source.ToString()))
            );
            unused.AddRange(old.Unknown.Select(raw => new UnusedLegacySetting(raw.Name, raw.Source.ToString())));
            foreach (var (variable, secret) in old.Secrets)
            {
                secrets.TryAdd(variable, secret);
            }
            foreach (var raw in old.Settings)
            {
                ImportSetting(raw, taken, unused, faults);
            }
        }
        return new LegacySettingsImportResult([.. taken.Values], used, unused, secrets, faults);
    }

    /// <summary>Translates the settings in an older tool's file to their current names. Does not support <c>.env</c> files.</summary>
    /// <param name="file">File to translate.</param>
    /// <param name="source">Source of the settings.</param>
    /// <param name="faults">List that receives the faults that make the file unreadable.</param>
    internal static ConvertedLegacySettings Translate(ConfigurationFileText file, SettingSource source, ICollection<SettingFault> faults)
    {
        var old = new ConvertedLegacySettings();
        if (ConfigurationFile.Read(file.Text, source, faults) is not { } map)
        {
            return old;
        }
        var written = SettingsFlattener.Of(map, "", source);
        old.Anyway.AddRange(written.Where(raw => LegacySettingConverter.Rewrite([raw]).Count == 0));
        foreach (var raw in LegacySettingConverter.Rewrite(written))
        {
            Add(raw, Path.GetFileName(file.Path), old);
        }
        return old;
    }

    private static void Add(RawSetting raw, string file, ConvertedLegacySettings old)
    {
        var (name, value) = (raw.Name, raw.Value);

        // The older tool counted retries, but the current setting counts attempts.
        if (
            file == "orchestrator_config.json"
            && name.EndsWith("max_retries", StringComparison.Ordinal)
            && value is ScalarNode count
            && int.TryParse(count.Text, out var retries)
        )
        {
            (name, value) = (
                RetrySettings.MaxAttemptsKey.Name,
                YamlOrJsonNodeFormatter.Scalar((retries + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), value.Line)
            );
        }
        if (Find(name) is not { } setting)
        {
            old.Unknown.Add(raw);
            return;
        }
        if (setting.IsSecret && value is ScalarNode { Text: var secret } && !secret.StartsWith('$'))
        {
            var variable = setting.Name.Replace('.', '_').ToUpperInvariant();
            old.Secrets[variable] = secret;
            value = YamlOrJsonNodeFormatter.Scalar("$" + variable, value.Line);
        }

        // The older tool had no default list, so its entries are added to the current default.
        if (setting == OrchestratorSettings.AlwaysRequireHumanKey && value is SequenceNode globs)
        {
            var all = new SequenceNode(value.Line, value.Column);
            var ours = OrchestratorSettings.AlwaysRequireHumanKey.Default.Select(glob => YamlOrJsonNodeFormatter.Scalar(glob, value.Line));
            foreach (var glob in ours.Concat(globs.Items).DistinctBy(YamlOrJsonNodeFormatter.Of))
            {
                all.Add(glob);
            }
            value = all;
        }
        var today = SettingDeclarationIndex.Canonical(name, setting);
        old.Settings.Add(raw with { Name = today, Value = value, Written = raw.Name == today ? null : raw.Name });
    }

    private static void ImportSetting(
        RawSetting raw,
        Dictionary<string, ImportedSetting> taken,
        List<UnusedLegacySetting> unused,
        List<SettingFault> faults
    )
    {
        var setting = SettingDeclarationIndex.Find(raw.Name)!;
        var value =
            raw.Value is ScalarNode { Text: var model } && ModelName.AliasForRetired(model) is { } alias
                ? YamlOrJsonNodeFormatter.Scalar(alias, raw.Value.Line)
                : raw.Value;
        if (
            setting.TryDisplay(
                value,
                (message, line, cure, below) =>
                    faults.Add(SettingFault.OfValue(setting, raw.Name + below, message, raw.Source with { Line = line }, cure))
            )
            is not { } text
        )
        {
            return;
        }
        if (
            !taken.TryAdd(raw.Name, new ImportedSetting(raw.Name, text, raw.Source.ToString()))
            && !taken[raw.Name].From.StartsWith(raw.Source.Place + ":", StringComparison.Ordinal)
        )
        {
            unused.Add(new UnusedLegacySetting(raw.Spelling, raw.Source.ToString(), $"{raw.Name} is imported from {taken[raw.Name].From}"));
        }
    }

    /// <summary>Removes the section prefix, such as <c>git.</c>, from the name of a setting in an older tool's file.</summary>
    internal static string WithoutSection(string name) =>
        Array.Find(Sections, section => name.StartsWith(section, StringComparison.Ordinal)) is { } section ? name[section.Length..] : name;

    private static Setting? Find(string name) => SettingDeclarationIndex.Find(name) ?? SettingDeclarationIndex.Find(WithoutSection(name));
}

/// <summary>The settings of an older tool's file, translated to current names.</summary>
internal sealed class ConvertedLegacySettings
{
    /// <summary>Settings under their current names. <see cref="RawSetting.Spelling"/> has the former name.</summary>
    public List<RawSetting> Settings { get; } = [];

    /// <summary>Settings that need not be imported because they only request the default behavior.</summary>
    public List<RawSetting> Anyway { get; } = [];

    /// <summary>Entries that have no equivalent among the current settings.</summary>
    public List<RawSetting> Unknown { get; } = [];

    /// <summary>Secrets in the file, keyed by the name of the variable through which the translated settings refer to the secret.</summary>
    public Dictionary<string, string> Secrets { get; } = [];
}
