namespace Orchestrator.Settings;

/// <summary>Finds declared settings by name, former name or environment variable.</summary>
public static class SettingDeclarationIndex
{
    /// <summary>
    /// All settings that <see cref="OrchestratorSettings"/> reads, in the order of reading. A <c>*</c> in a name stands for any agent or
    /// notification target.
    /// </summary>
    public static IReadOnlyList<Setting> All { get; } = SettingReadRecorder.Collect();

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

    /// <summary>
    /// Returns the setting that has the given current or former name, or null if there is none. For example, <c>agents.NAME.command</c>
    /// finds <c>agents.*.command</c>.
    /// </summary>
    public static Setting? Find(string name) => ByName.GetValueOrDefault(Generic(name));

    /// <summary>
    /// True if the names of other settings begin with this name and a dot. The value may then also be a mapping. An example is
    /// <c>workers</c>.
    /// </summary>
    internal static bool HasInner(string name) => ByName.Keys.Any(known => known.StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>True if the name is the first part of several setting names, such as <c>notifications</c> or <c>agents.NAME</c>.</summary>
    public static bool IsSection(string name) =>
        HasInner(name) || (name.Split('.') is ["agents" or "notifications", _] parts && HasInner($"{parts[0]}.*"));

    /// <summary>Returns the setting that a former environment variable sets, or null if there is none.</summary>
    internal static Setting? FindByVariable(string variable) => ByVariable.GetValueOrDefault(variable);

    /// <summary>Returns the setting name that is most similar to an unknown name, or null if none is similar.</summary>
    public static string? Nearest(string name) => NearestName.Of(name, ByName.Keys);

    /// <summary>
    /// Converts the current or former name of a setting to its current name. For example, <c>max_workers</c> becomes <c>workers</c>. Names
    /// of agents in the setting's name are kept.
    /// </summary>
    internal static string Canonical(string name, Setting setting) =>
        setting.Name.Contains('*', StringComparison.Ordinal) ? name : setting.Name;

    private static string Generic(string name)
    {
        var parts = name.Split('.');
        return parts is ["agents" or "notifications", _, _] ? $"{parts[0]}.*.{parts[2]}" : name;
    }

    /// <summary>Records which settings are read, and returns the default value of each.</summary>
    private sealed class SettingReadRecorder : SettingReader
    {
        private readonly List<Setting> _settings = [];

        public static List<Setting> Collect()
        {
            var collector = new SettingReadRecorder();
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

        public override void Require(bool holds, Setting setting, string message, string cure, string? part = null) { }

        protected override string CurrentModel(Setting setting, string model) => model;
    }
}
