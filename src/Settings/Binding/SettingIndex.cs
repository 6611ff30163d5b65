namespace Orchestrator.Settings;

/// <summary>Finds settings by name, older name and environment variable.</summary>
public static class SettingIndex
{
    /// <summary>All settings that <see cref="OrchestratorSettings"/> reads, in that order. A <c>*</c> in a name stands for any
    /// agent or target of notices.</summary>
    public static IReadOnlyList<Setting> All { get; } = Collector.Collect();

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

    /// <summary>True for the beginning of several settings, such as <c>notifications</c> or <c>agents.NAME</c>.</summary>
    public static bool IsSection(string name) =>
        HasInner(name) || (name.Split('.') is ["agents" or "notifications", _] parts && HasInner($"{parts[0]}.*"));

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

    /// <summary>Notes which settings are read; every value is the default.</summary>
    private sealed class Collector : SettingReader
    {
        private readonly List<Setting> _settings = [];

        public static List<Setting> Collect()
        {
            var collector = new Collector();
            OrchestratorSettings.Read(collector);
            return collector._settings;
        }

        protected override RawSetting? Find(Setting setting, string name)
        {
            _settings.Add(setting);
            return null;
        }

        protected override FaultSink FaultsOf(Setting setting, string name, RawSetting raw) => static (_, _, _, _) => { };

        public override IReadOnlyList<string> Names(string key, string? always = null) => [always ?? "*"];

        public override SettingSource SourceOf(Setting setting, string? part = null) => SettingSource.Default;

        public override void Demand(bool holds, Setting setting, string message, string cure, string? part = null) { }

        protected override string CurrentModel(Setting setting, string model) => model;
    }
}
