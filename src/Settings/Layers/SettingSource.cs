namespace Orchestrator.Settings;

/// <summary>Kind of a value's source. A later kind wins over an earlier one.</summary>
public enum SettingSourceKind
{
    /// <summary>Not set.</summary>
    Default,

    /// <summary><c>~/.config/orchestrator/config.yaml</c>.</summary>
    UserFile,

    /// <summary><c>.orchestrator/config.yaml</c> of the repository.</summary>
    RepositoryFile,

    /// <summary><c>.env</c> at the root of the repository.</summary>
    DotEnv,

    /// <summary>A variable of the process.</summary>
    Environment,

    /// <summary>An option of the command line, or a member of a run's input.</summary>
    Flag,
}

/// <summary>The source of a value.</summary>
/// <param name="Kind">The layer.</param>
/// <param name="Place">Path of the file, name of the variable or of the option; empty for a default.</param>
/// <param name="Line">Line in the file, from 1; 0 where there is none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Place = "", int Line = 0)
{
    /// <summary>The source of values that are not set.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>True if the setting is in the repository's own files, of which only harmless ones count until a person trusts
    /// them.</summary>
    public bool IsOfRepository => Kind is SettingSourceKind.RepositoryFile or SettingSourceKind.DotEnv;

    /// <summary>The source as text: <c>PATH:LINE</c>, <c>$NAME</c>, <c>--option</c> or <c>default</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            SettingSourceKind.Default => "default",
            SettingSourceKind.Environment => "$" + Place,
            SettingSourceKind.Flag => Place,
            _ => Line > 0 ? $"{Place}:{Line}" : Place,
        };
}
