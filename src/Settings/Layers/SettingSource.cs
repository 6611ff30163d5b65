namespace Orchestrator.Settings;

/// <summary>Kind of source of a value. Later kinds override earlier ones.</summary>
public enum SettingSourceKind
{
    /// <summary>The setting is not set, so the default applies.</summary>
    Default,

    /// <summary>The user's file ~/.config/orchestrator/config.yaml.</summary>
    UserFile,

    /// <summary><c>.orchestrator/config.yaml</c> in the repository.</summary>
    RepositoryFile,

    /// <summary><c>.env</c> in the root of the repository.</summary>
    DotEnv,

    /// <summary>An environment variable of the process.</summary>
    Environment,

    /// <summary>A command-line option, or a member of a run's input.</summary>
    Flag,
}

/// <summary>Source of a value.</summary>
/// <param name="Kind">Kind of source.</param>
/// <param name="Place">Path of the file, or name of the variable or option; empty for a default.</param>
/// <param name="Line">Line in the file, starting at 1, or 0 for none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Place = "", int Line = 0)
{
    /// <summary>Source of values that are not set.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>True if the value is in the repository's own files. Only harmless settings in them apply until the user trusts the
    /// repository.</summary>
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
