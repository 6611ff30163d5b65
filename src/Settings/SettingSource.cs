namespace Orchestrator.Settings;

/// <summary>Where a value comes from. A later kind wins over an earlier one.</summary>
public enum SettingSourceKind
{
    /// <summary>Nobody set it.</summary>
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

/// <summary>Where a value comes from.</summary>
/// <param name="Kind">The layer.</param>
/// <param name="Place">Path of the file, name of the variable or of the option; empty for a default.</param>
/// <param name="Line">Line in the file, from 1; 0 where there is none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Place = "", int Line = 0)
{
    /// <summary>The source of every value that nobody set.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>It stands in the repository's own files, which count only as far as they are harmless until a person trusts them.</summary>
    public bool IsOfRepository => Kind is SettingSourceKind.RepositoryFile or SettingSourceKind.DotEnv;

    /// <summary>For people: <c>PATH:LINE</c>, <c>$NAME</c>, <c>--option</c> or <c>default</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            SettingSourceKind.Default => "default",
            SettingSourceKind.Environment => "$" + Place,
            SettingSourceKind.Flag => Place,
            _ => Line > 0 ? $"{Place}:{Line}" : Place,
        };
}
