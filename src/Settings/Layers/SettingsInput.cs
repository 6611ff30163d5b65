namespace Orchestrator.Settings;

/// <summary>The sources of settings, as text; <see cref="SettingsFiles"/> reads them.</summary>
public sealed record SettingsInput
{
    /// <summary>A person trusts the repository: its files count in full. Otherwise only settings do that are
    /// <see cref="Setting.IsHarmless">harmless</see>.</summary>
    /// <value>False.</value>
    public bool IsTrusted { get; init; }

    /// <summary>The topmost layer: options of the command line, or members of a run's input.</summary>
    public IReadOnlyList<SettingFlag> Flags { get; init; } = [];

    /// <summary>Variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary><c>.env</c> of the repository, or null.</summary>
    public ConfigurationText? DotEnv { get; init; }

    /// <summary><c>.orchestrator/secrets.env</c> of the repository, or null.</summary>
    public ConfigurationText? Secrets { get; init; }

    /// <summary>Other users of the machine may read that file.</summary>
    public bool SecretsAreOpen { get; init; }

    /// <summary><c>.orchestrator/config.yaml</c> of the repository, or null.</summary>
    public ConfigurationText? RepositoryFile { get; init; }

    /// <summary><c>~/.config/orchestrator/config.yaml</c>, or null.</summary>
    public ConfigurationText? UserFile { get; init; }

    /// <summary>Files of older tools in the repository, in the order in which <c>init</c> takes settings from them. Without it only what
    /// <see cref="SettingsFiles.OldRiskFileName"/> says of risk counts, below <see cref="RepositoryFile"/>.</summary>
    public IReadOnlyList<ConfigurationText> OldRepositoryFiles { get; init; } = [];

    /// <summary>An older tool's file of the user, from which <c>init</c> takes settings; or null.</summary>
    public ConfigurationText? OldUserFile { get; init; }
}

/// <summary>An option of the command line, or a member of a run's input, that sets something.</summary>
/// <param name="Option">The option's name for messages, such as <c>--workers</c>.</param>
/// <param name="Name">Name of the setting.</param>
/// <param name="Value">The value as text.</param>
public sealed record SettingFlag(string Option, string Name, string Value);

/// <summary>A configuration file: its path for messages, and its text.</summary>
public sealed record ConfigurationText(string Path, string Text);

/// <summary>Result of loading.</summary>
public sealed record SettingsResult
{
    /// <summary>The settings, or null when there are <see cref="Errors"/>.</summary>
    public required OrchestratorSettings? Settings { get; init; }

    /// <summary>Every fault, in the order of the layers.</summary>
    public required IReadOnlyList<SettingFault> Errors { get; init; }

    /// <summary>Unknown keys, old names and retired models: warnings only.</summary>
    public required IReadOnlyList<SettingFault> Warnings { get; init; }

    /// <summary>Every setting with its value and source, in the order of <see cref="SettingIndex.All"/>; some may be
    /// <see cref="SettingValue.IsWithheld"/>.</summary>
    public required IReadOnlyList<SettingValue> Values { get; init; }

    /// <summary>The environment of agents: the process's own, and those <see cref="RepositoryVariables"/> of
    /// <c>.orchestrator/secrets.env</c> and <c>.env</c> that it does not have. It may contain secrets: never log it.</summary>
    public required IReadOnlyDictionary<string, string> AgentEnvironment { get; init; }

    /// <summary>Names of the <see cref="RepositoryVariables"/> that the repository's files add to the environment of agents.</summary>
    public required IReadOnlyList<string> AgentVariables { get; init; }

    /// <summary>The <see cref="RepositoryVariables"/> that files of an untrusted repository set without effect, each with its
    /// file.</summary>
    public required IReadOnlyDictionary<string, string> WithheldVariables { get; init; }

    /// <summary>Variables for <see cref="SecretReference"/>: of the process, then <c>.orchestrator/secrets.env</c>, then <c>.env</c>. Never
    /// log it.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
}

/// <summary>The effective value of one setting.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Its form in a file.</param>
/// <param name="DefaultValue">Its default.</param>
/// <param name="Source">Where the value comes from.</param>
/// <param name="Description">What it does.</param>
public sealed record SettingValue(string Name, string Value, string DefaultValue, SettingSource Source, string Description)
{
    /// <summary>True if the value is from the files of an untrusted repository, so that it has no effect.</summary>
    public bool IsWithheld { get; init; }
}
