namespace Orchestrator.Settings;

/// <summary>Sources of settings as text, read by <see cref="SettingsFiles"/>.</summary>
public sealed record SettingsInput
{
    /// <summary>True if the user trusts the repository, so that its files apply fully. Otherwise only
    /// <see cref="Setting.IsHarmless">harmless</see> settings in them apply.</summary>
    /// <value>Default: false.</value>
    public bool IsTrusted { get; init; }

    /// <summary>The topmost layer: command-line options, or members of a run's input.</summary>
    public IReadOnlyList<SettingFlag> Flags { get; init; } = [];

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary><c>.env</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationText? DotEnv { get; init; }

    /// <summary><c>.orchestrator/secrets.env</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationText? Secrets { get; init; }

    /// <summary>True if other users of the host can read <see cref="Secrets"/>.</summary>
    public bool SecretsAreOpen { get; init; }

    /// <summary><c>.orchestrator/config.yaml</c> of the repository, or null if it does not exist.</summary>
    public ConfigurationText? RepositoryFile { get; init; }

    /// <summary><c>~/.config/orchestrator/config.yaml</c>, or null if it does not exist.</summary>
    public ConfigurationText? UserFile { get; init; }

    /// <summary>Older tools' files in the repository, in the order in which <c>init</c> imports from them. Without <c>init</c>, only the
    /// risk settings in <see cref="SettingsFiles.OldRiskFileName"/> apply, and <see cref="RepositoryFile"/> overrides them.</summary>
    public IReadOnlyList<ConfigurationText> OldRepositoryFiles { get; init; } = [];

    /// <summary>An older tool's user file, from which <c>init</c> imports settings, or null if it does not exist.</summary>
    public ConfigurationText? OldUserFile { get; init; }
}

/// <summary>A setting from a command-line option or a member of a run's input.</summary>
/// <param name="Option">Name of the option in messages, such as <c>--workers</c>.</param>
/// <param name="Name">Name of the setting.</param>
/// <param name="Value">Value as text.</param>
public sealed record SettingFlag(string Option, string Name, string Value);

/// <summary>A configuration file: its path in messages, and its text.</summary>
public sealed record ConfigurationText(string Path, string Text);

/// <summary>Result of loading settings.</summary>
public sealed record SettingsResult
{
    /// <summary>The settings, or null in case of <see cref="Errors"/>.</summary>
    public required OrchestratorSettings? Settings { get; init; }

    /// <summary>All errors, in the order of the layers.</summary>
    public required IReadOnlyList<SettingFault> Errors { get; init; }

    /// <summary>Warnings about unknown keys, former names and retired models.</summary>
    public required IReadOnlyList<SettingFault> Warnings { get; init; }

    /// <summary>All settings with their values and sources, in the order of <see cref="SettingIndex.All"/>. Some may be
    /// <see cref="SettingValue.IsWithheld"/>.</summary>
    public required IReadOnlyList<SettingValue> Values { get; init; }

    /// <summary>Environment of agents: that of the process, and the <see cref="RepositoryVariables"/> that only
    /// <c>.orchestrator/secrets.env</c> or <c>.env</c> sets. May contain secrets; never log it.</summary>
    public required IReadOnlyDictionary<string, string> AgentEnvironment { get; init; }

    /// <summary>Names of the <see cref="RepositoryVariables"/> that the repository's files add to the environment of agents.</summary>
    public required IReadOnlyList<string> AgentVariables { get; init; }

    /// <summary>The <see cref="RepositoryVariables"/> that an untrusted repository's files set without effect, each with its
    /// file.</summary>
    public required IReadOnlyDictionary<string, string> WithheldVariables { get; init; }

    /// <summary>Variables for <see cref="SecretReference"/>, from the process, then <c>.orchestrator/secrets.env</c>, then <c>.env</c>.
    /// Never log it.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
}

/// <summary>Effective value of a setting.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Value as written in a file.</param>
/// <param name="DefaultValue">Default value as written in a file.</param>
/// <param name="Source">Source of the value.</param>
/// <param name="Description">Description of the effect.</param>
public sealed record SettingValue(string Name, string Value, string DefaultValue, SettingSource Source, string Description)
{
    /// <summary>True if the value comes from an untrusted repository's files and therefore has no effect.</summary>
    public bool IsWithheld { get; init; }
}
