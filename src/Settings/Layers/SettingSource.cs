namespace Orchestrator.Settings;

/// <summary>Kinds of sources that a setting's value can come from. Sources listed later override earlier ones.</summary>
public enum SettingSourceKind
{
    /// <summary>The setting is not set, so the default applies.</summary>
    Default,

    /// <summary>The user's file <c>~/.config/orchestrator/config.yaml</c>.</summary>
    UserFile,

    /// <summary>The file <c>.orchestrator/config.yaml</c> in the repository.</summary>
    RepositoryFile,

    /// <summary>The file <c>.env</c> in the root of the repository.</summary>
    DotEnv,

    /// <summary>An environment variable of the process.</summary>
    Environment,

    /// <summary>A command-line option, or a value in the input of a run's workflow.</summary>
    Flag,
}

/// <summary>Source of a value, such as a line in a file.</summary>
/// <param name="Kind">Kind of source.</param>
/// <param name="Place">Path of the file, or name of the variable or option; empty for a default value.</param>
/// <param name="Line">Line number in the file, starting at 1, or 0 if there is none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Place = "", int Line = 0)
{
    /// <summary>Source of default values, which apply if a setting is not set anywhere.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>
    /// True if the value comes from the repository's own files. Until the user trusts the repository, only harmless settings in these files
    /// apply.
    /// </summary>
    public bool IsOfRepository => Kind is SettingSourceKind.RepositoryFile or SettingSourceKind.DotEnv;

    /// <summary>Formats the source: <c>PATH:LINE</c>, <c>$NAME</c>, <c>--option</c> or <c>default</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            SettingSourceKind.Default => "default",
            SettingSourceKind.Environment => "$" + Place,
            SettingSourceKind.Flag => Place,
            _ => Line > 0 ? $"{Place}:{Line}" : Place,
        };
}
