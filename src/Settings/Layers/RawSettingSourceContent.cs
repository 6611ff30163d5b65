namespace Orchestrator.Settings;

/// <summary>Texts of all sources of settings, as read by <see cref="SettingsFiles"/>.</summary>
public sealed record RawSettingSourceContent
{
    /// <summary>
    /// True if the user trusts the repository; all settings in its files then apply. If false, only
    /// <see cref="Setting.IsHarmless">harmless</see> ones apply.
    /// </summary>
    /// <value>Default: false.</value>
    public bool IsTrusted { get; init; }

    /// <summary>Settings from command-line options, or from the input of a run's workflow. They override all other sources.</summary>
    public IReadOnlyList<SettingOverride> Flags { get; init; } = [];

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The file <c>.env</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationFileText? DotEnv { get; init; }

    /// <summary>The file <c>.orchestrator/secrets.env</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationFileText? Secrets { get; init; }

    /// <summary>True if other users of this host can read <see cref="Secrets"/>.</summary>
    public bool SecretsAreOpen { get; init; }

    /// <summary>The file <c>.orchestrator/config.yaml</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationFileText? RepositoryFile { get; init; }

    /// <summary>The file <c>~/.config/orchestrator/config.yaml</c>, or null if it does not exist.</summary>
    public ConfigurationFileText? UserFile { get; init; }

    /// <summary>
    /// Files of older tools in the repository, in the order in which <c>init</c> imports from them. Without <c>init</c>, only the risk
    /// settings in <see cref="SettingsFiles.OldRiskFileName"/> apply, unless <see cref="RepositoryFile"/> overrides them.
    /// </summary>
    public IReadOnlyList<ConfigurationFileText> OldRepositoryFiles { get; init; } = [];

    /// <summary>
    /// User-level configuration file of an older tool, from which <c>init</c> imports settings, or null if it does not exist.
    /// </summary>
    public ConfigurationFileText? OldUserFile { get; init; }
}

/// <summary>A setting that comes from a command-line option or from the input of a run's workflow.</summary>
/// <param name="Option">Name of the option for messages, such as <c>--workers</c>.</param>
/// <param name="Name">Name of the setting.</param>
/// <param name="Value">Value as written.</param>
public sealed record SettingOverride(string Option, string Name, string Value);

/// <summary>The text of a configuration file, with the file's path for use in messages.</summary>
public sealed record ConfigurationFileText(string Path, string Text);

/// <summary>Result of loading settings.</summary>
public sealed record SettingsLoadResult
{
    /// <summary>The settings, or null if there are <see cref="Errors"/>.</summary>
    public required OrchestratorSettings? Settings { get; init; }

    /// <summary>All errors, in the order of the layers.</summary>
    public required IReadOnlyList<SettingFault> Errors { get; init; }

    /// <summary>Warnings about unknown keys, former names and retired models.</summary>
    public required IReadOnlyList<SettingFault> Warnings { get; init; }

    /// <summary>
    /// All settings with their values and sources, in the order of <see cref="SettingDeclarationIndex.All"/>. Some may have no effect
    /// (<see cref="SettingValue.IsWithheld"/>).
    /// </summary>
    public required IReadOnlyList<SettingValue> Values { get; init; }

    /// <summary>
    /// Environment variables for agents: those of this process, plus allowlisted ones that are set only in <c>.orchestrator/secrets.env</c>
    /// or <c>.env</c>. May contain secrets, so the values must never be logged.
    /// </summary>
    public required IReadOnlyDictionary<string, string> AgentEnvironment { get; init; }

    /// <summary>Names of the allowlisted variables that the repository's files add to the environment of agents.</summary>
    public required IReadOnlyList<string> AgentVariables { get; init; }

    /// <summary>
    /// Allowlisted variables that have no effect because an untrusted repository's files set them. The key is the variable's name, and the
    /// value is the file's path.
    /// </summary>
    public required IReadOnlyDictionary<string, string> WithheldVariables { get; init; }

    /// <summary>
    /// Variables that a <see cref="SecretReference"/> may name. The process's environment takes precedence, then
    /// <c>.orchestrator/secrets.env</c>, then <c>.env</c>. The values must never be logged.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
}

/// <summary>A setting with its effective value, for display.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Value in the notation of a settings file.</param>
/// <param name="DefaultValue">Default value in the notation of a settings file.</param>
/// <param name="Source">Source of the value.</param>
/// <param name="Description">Description of the setting's effect.</param>
public sealed record SettingValue(string Name, string Value, string DefaultValue, SettingSource Source, string Description)
{
    /// <summary>True if the value has no effect because it comes from an untrusted repository's files.</summary>
    public bool IsWithheld { get; init; }
}
