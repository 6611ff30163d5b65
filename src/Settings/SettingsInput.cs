namespace Orchestrator.Settings;

/// <summary>Everything settings are made of, as text; <see cref="SettingsFiles"/> fills it from the disk.</summary>
public sealed record SettingsInput
{
    /// <summary>A person trusts the repository: its files count in full. Otherwise only <see cref="HarmlessSettings"/> do.</summary>
    /// <value>False.</value>
    public bool IsTrusted { get; init; }

    /// <summary>What counts most: options of the command line, or members of a run's input, that set something.</summary>
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

    /// <summary>Files of older tools in the repository, which count below <see cref="RepositoryFile"/>; the first one that says something
    /// wins.</summary>
    public IReadOnlyList<ConfigurationText> OldRepositoryFiles { get; init; } = [];

    /// <summary>An older tool's file of the user, which counts below <see cref="UserFile"/>; or null.</summary>
    public ConfigurationText? OldUserFile { get; init; }
}

/// <summary>An option of the command line, or a member of a run's input, that sets something.</summary>
/// <param name="Option">As people wrote it, such as <c>--workers</c>; messages name it.</param>
/// <param name="Name">Name of the setting.</param>
/// <param name="Value">The value as text.</param>
public sealed record SettingFlag(string Option, string Name, string Value);

/// <summary>A configuration file: how messages call it, and what is in it.</summary>
public sealed record ConfigurationText(string Path, string Text);

/// <summary>What loading gave.</summary>
public sealed record SettingsResult
{
    /// <summary>The settings, or null when there are <see cref="Errors"/>.</summary>
    public required OrchestratorSettings? Settings { get; init; }

    /// <summary>Every fault, in the order of the layers.</summary>
    public required IReadOnlyList<SettingFault> Errors { get; init; }

    /// <summary>Unknown keys, old names and retired models: things that stop nothing.</summary>
    public required IReadOnlyList<SettingFault> Warnings { get; init; }

    /// <summary>Every setting with its value and source, in the order of <see cref="SettingIndex.All"/>; some may be
    /// <see cref="SettingValue.IsWithheld"/>.</summary>
    public required IReadOnlyList<SettingValue> Values { get; init; }

    /// <summary>The environment of agents: the process's own, and of <see cref="RepositoryVariables"/> what stands in
    /// <c>.orchestrator/secrets.env</c> and <c>.env</c> and not in it. It may hold secrets: never log it.</summary>
    public required IReadOnlyDictionary<string, string> AgentEnvironment { get; init; }

    /// <summary>Names of the <see cref="RepositoryVariables"/> that the repository's files add to the environment of agents.</summary>
    public required IReadOnlyList<string> AgentVariables { get; init; }

    /// <summary>Where a <see cref="SecretReference"/> finds its variable: the process, then <c>.orchestrator/secrets.env</c>, then
    /// <c>.env</c>. Never log it.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
}

/// <summary>One setting as it is in force.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">As it would stand in a file.</param>
/// <param name="DefaultValue">What it is when nobody sets it.</param>
/// <param name="Source">Where the value comes from.</param>
/// <param name="Description">What it does.</param>
public sealed record SettingValue(string Name, string Value, string DefaultValue, SettingSource Source, string Description)
{
    /// <summary>It stands in the files of a repository that nobody trusts, so it is not in force.</summary>
    public bool IsWithheld { get; init; }
}
