namespace Orchestrator.Settings;

/// <summary>A setting found in an older tool's file.</summary>
/// <param name="Name">Today's name.</param>
/// <param name="Value">As it stands in today's file.</param>
/// <param name="From">File and line it was found at.</param>
public sealed record TakenSetting(string Name, string Value, string From);

/// <summary>A setting that is read where an older tool had it.</summary>
/// <param name="Name">As it stands there.</param>
/// <param name="Meaning">Today's name of the setting, or what else it is for.</param>
/// <param name="From">File and line it was found at.</param>
public sealed record UsedSetting(string Name, string Meaning, string From);

/// <summary>Something in an older tool's file that is not taken over.</summary>
/// <param name="Name">As it stands there.</param>
/// <param name="From">File and line it was found at.</param>
/// <param name="Why">Why not; empty where it has no use here.</param>
public sealed record UnusedSetting(string Name, string From, string Why = "");

/// <summary>What older tools' files give.</summary>
/// <param name="Settings">Settings under today's names.</param>
/// <param name="Used">Settings that are used where they stand, under their older name.</param>
/// <param name="Unused">What is not used, by name.</param>
/// <param name="Secrets">Variables for <c>.orchestrator/secrets.env</c>: secrets that stood in those files.</param>
/// <param name="Faults">Files and values that can't be read.</param>
public sealed record TakenConfiguration(
    IReadOnlyList<TakenSetting> Settings, IReadOnlyList<UsedSetting> Used, IReadOnlyList<UnusedSetting> Unused, IReadOnlyDictionary<string, string> Secrets, IReadOnlyList<SettingFault> Faults);

/// <summary>Reads <c>orchestrator_config.json</c>, <c>.claude-agents.yaml</c>, the older user file and an older <c>.env</c>.</summary>
public static class LegacyConfiguration
{
    // Sections that only group; their keys are known by their last word.
    private static readonly string[] Sections = ["execution.", "monitoring.", "notifications.", "git.", "models."];

    /// <summary>Reads the files in order; the first one that says something about a setting wins.</summary>
    public static TakenConfiguration Read(IReadOnlyList<ConfigurationText> files)
    {
        var taken = new Dictionary<string, TakenSetting>();
        var used = new List<UsedSetting>();
        var unused = new List<UnusedSetting>();
        var secrets = new Dictionary<string, string>();
        var faults = new List<SettingFault>();
        foreach (var file in files)
        {
            var source = new SettingSource(SettingSourceKind.RepositoryFile, file.Path);
            if (Path.GetFileName(file.Path) == ".env")
            {
                OldVariables.Read(file, taken, used, unused);
                continue;
            }

            if (YamlConfiguration.Read(file.Text, source, faults) is not { } map)
                continue;
            var settings = SettingsLayers.Flatten(map, "", source);
            used.AddRange(settings.Where(raw => OldForms.Rewrite([raw]).Count == 0).Select(raw => new UsedSetting(raw.Name, "so it is here anyway", raw.Source.ToString())));
            foreach (var raw in OldForms.Rewrite(settings))
                Take(raw, Path.GetFileName(file.Path), taken, unused, secrets, faults);
        }

        return new TakenConfiguration([.. taken.Values], used, unused, secrets, faults);
    }

    private static void Take(
        RawSetting raw, string file, Dictionary<string, TakenSetting> taken, List<UnusedSetting> unused, Dictionary<string, string> secrets, List<SettingFault> faults)
    {
        var (name, value) = (raw.Name, raw.Value);

        // There it counted retries, here attempts are counted.
        if (file == "orchestrator_config.json" && name.EndsWith("max_retries", StringComparison.Ordinal) && value is RawScalar count && int.TryParse(count.Text, out var retries))
            (name, value) = (SettingKeys.RetryAttempts.Name, new RawScalar((retries + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), value.Line));
        if (Find(name) is not { } setting)
        {
            unused.Add(new UnusedSetting(name, raw.Source.ToString()));
            return;
        }

        if (setting.IsSecret && value is RawScalar { Text: var secret } && !secret.StartsWith('$'))
        {
            var variable = setting.Name.Replace('.', '_').ToUpperInvariant();
            secrets[variable] = secret;
            value = new RawScalar("$" + variable, value.Line);
        }

        if (value is RawScalar { Text: var model } && ModelName.AliasForRetired(model) is { } alias)
            value = new RawScalar(alias, value.Line);
        if (setting.TryDisplay(value, (message, line) => faults.Add(new SettingFault(name, message, $"Give {setting.Accepts}.", raw.Source with { Line = line }))) is { } text)
            Add(raw, new TakenSetting(setting.Name, text, raw.Source.ToString()), taken, unused);
    }

    private static void Add(RawSetting raw, TakenSetting setting, Dictionary<string, TakenSetting> taken, List<UnusedSetting> unused)
    {
        if (!taken.TryAdd(setting.Name, setting) && !taken[setting.Name].From.StartsWith(raw.Source.Place + ":", StringComparison.Ordinal))
            unused.Add(new UnusedSetting(raw.Name, setting.From, $"{setting.Name} is taken from {taken[setting.Name].From}"));
    }

    private static Setting? Find(string name)
    {
        if (SettingKeys.Find(name) is { } known)
            return known;
        var section = Array.Find(Sections, section => name.StartsWith(section, StringComparison.Ordinal));
        return section is null ? null : SettingKeys.Find(name[section.Length..]);
    }
}
