namespace Orchestrator.Settings;

/// <summary>A setting found in an older tool's file.</summary>
/// <param name="Name">Today's name.</param>
/// <param name="Value">Its present form in a file.</param>
/// <param name="From">File and line it was found at.</param>
public sealed record TakenSetting(string Name, string Value, string From);

/// <summary>A setting that is read where an older tool had it.</summary>
/// <param name="Name">Its name in that file.</param>
/// <param name="Meaning">Present name of the setting, or its other use.</param>
/// <param name="From">File and line it was found at.</param>
public sealed record UsedSetting(string Name, string Meaning, string From);

/// <summary>Something in an older tool's file that is not used.</summary>
/// <param name="Name">Its name in that file.</param>
/// <param name="From">File and line it was found at.</param>
/// <param name="Why">Why not; empty where it has no use here.</param>
public sealed record UnusedSetting(string Name, string From, string Why = "");

/// <summary>Settings from older tools' files.</summary>
/// <param name="Settings">Settings under today's names.</param>
/// <param name="Used">Settings that are used from those files, under their older name.</param>
/// <param name="Unused">What is not used, by name.</param>
/// <param name="Secrets">Variables for <c>.orchestrator/secrets.env</c>: secrets from those files.</param>
/// <param name="Faults">Files and values that can't be read.</param>
public sealed record TakenConfiguration(
    IReadOnlyList<TakenSetting> Settings,
    IReadOnlyList<UsedSetting> Used,
    IReadOnlyList<UnusedSetting> Unused,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<SettingFault> Faults
);

/// <summary>Reads <c>orchestrator_config.json</c>, <c>.claude-agents.yaml</c>, the older user file and an older <c>.env</c>.</summary>
public static class LegacyConfiguration
{
    // Sections that only group; their keys are identified by their last part.
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

    /// <summary>Reads the files in order; the first one that has a setting wins.</summary>
    public static TakenConfiguration Read(IReadOnlyList<ConfigurationText> files)
    {
        var taken = new Dictionary<string, TakenSetting>();
        var used = new List<UsedSetting>();
        var unused = new List<UnusedSetting>();
        var secrets = new Dictionary<string, string>();
        var faults = new List<SettingFault>();
        foreach (var file in files)
        {
            if (Path.GetFileName(file.Path) == ".env")
            {
                OldVariables.Read(file, taken, used, unused);
                continue;
            }
            var old = Translate(file, new SettingSource(SettingSourceKind.RepositoryFile, file.Path), faults);
            used.AddRange(old.Anyway.Select(raw => new UsedSetting(raw.Name, "so it is here anyway", raw.Source.ToString())));
            unused.AddRange(old.Unknown.Select(raw => new UnusedSetting(raw.Name, raw.Source.ToString())));
            foreach (var (variable, secret) in old.Secrets)
            {
                secrets.TryAdd(variable, secret);
            }
            foreach (var raw in old.Settings)
            {
                Take(raw, taken, unused, faults);
            }
        }
        return new TakenConfiguration([.. taken.Values], used, unused, secrets, faults);
    }

    /// <summary>Settings of one file, which is no <c>.env</c>, under present names.</summary>
    /// <param name="source">The source.</param>
    /// <param name="faults">Takes what makes the file unreadable.</param>
    internal static OldFile Translate(ConfigurationText file, SettingSource source, ICollection<SettingFault> faults)
    {
        var old = new OldFile();
        if (ConfigurationFile.Read(file.Text, source, faults) is not { } map)
        {
            return old;
        }
        var written = FlatSettings.Of(map, "", source);
        old.Anyway.AddRange(written.Where(raw => OldForms.Rewrite([raw]).Count == 0));
        foreach (var raw in OldForms.Rewrite(written))
        {
            Add(raw, Path.GetFileName(file.Path), old);
        }
        return old;
    }

    private static void Add(RawSetting raw, string file, OldFile old)
    {
        var (name, value) = (raw.Name, raw.Value);

        // The older tool counted retries, here attempts are counted.
        if (
            file == "orchestrator_config.json"
            && name.EndsWith("max_retries", StringComparison.Ordinal)
            && value is ScalarNode count
            && int.TryParse(count.Text, out var retries)
        )
        {
            (name, value) = (
                RetrySettings.MaxAttemptsKey.Name,
                NodeText.Scalar((retries + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), value.Line)
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
            value = NodeText.Scalar("$" + variable, value.Line);
        }

        // The older tool had no default list: its entries are added to ours.
        if (setting == OrchestratorSettings.AlwaysRequireHumanKey && value is SequenceNode globs)
        {
            var all = new SequenceNode(value.Line, value.Column);
            var ours = OrchestratorSettings.AlwaysRequireHumanKey.Default.Select(glob => NodeText.Scalar(glob, value.Line));
            foreach (var glob in ours.Concat(globs.Items).DistinctBy(NodeText.Of))
            {
                all.Add(glob);
            }
            value = all;
        }
        var today = SettingIndex.Canonical(name, setting);
        old.Settings.Add(raw with { Name = today, Value = value, Written = raw.Name == today ? null : raw.Name });
    }

    private static void Take(RawSetting raw, Dictionary<string, TakenSetting> taken, List<UnusedSetting> unused, List<SettingFault> faults)
    {
        var setting = SettingIndex.Find(raw.Name)!;
        var value =
            raw.Value is ScalarNode { Text: var model } && ModelName.AliasForRetired(model) is { } alias
                ? NodeText.Scalar(alias, raw.Value.Line)
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
            !taken.TryAdd(raw.Name, new TakenSetting(raw.Name, text, raw.Source.ToString()))
            && !taken[raw.Name].From.StartsWith(raw.Source.Place + ":", StringComparison.Ordinal)
        )
        {
            unused.Add(new UnusedSetting(raw.Spelling, raw.Source.ToString(), $"{raw.Name} is taken from {taken[raw.Name].From}"));
        }
    }

    /// <summary>A name without its section in an older tool's file.</summary>
    internal static string WithoutSection(string name) =>
        Array.Find(Sections, section => name.StartsWith(section, StringComparison.Ordinal)) is { } section ? name[section.Length..] : name;

    private static Setting? Find(string name) => SettingIndex.Find(name) ?? SettingIndex.Find(WithoutSection(name));
}

/// <summary>An older tool's file under present names.</summary>
internal sealed class OldFile
{
    /// <summary>Settings under present names; <see cref="RawSetting.Spelling"/> is the older name.</summary>
    public List<RawSetting> Settings { get; } = [];

    /// <summary>Settings that have no effect because they are the default behaviour.</summary>
    public List<RawSetting> Anyway { get; } = [];

    /// <summary>Unknown entries.</summary>
    public List<RawSetting> Unknown { get; } = [];

    /// <summary>Secrets in the file, by the variable that the settings name instead.</summary>
    public Dictionary<string, string> Secrets { get; } = [];
}
