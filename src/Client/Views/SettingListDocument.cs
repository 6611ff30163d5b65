namespace Orchestrator.Client.Views;

/// <summary>Output of <c>config list --json</c> and <c>config get --json</c>.</summary>
public sealed record SettingListDocument(IReadOnlyList<EffectiveSetting> Settings) : SchemaVersionedDocument;

/// <summary>A setting with its effective value.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Value in the notation of a settings file.</param>
/// <param name="Default">Default value in the notation of a settings file.</param>
/// <param name="Source"><c>default</c>, <c>userFile</c>, <c>repositoryFile</c>, <c>dotEnv</c>, <c>environment</c> or <c>flag</c>.</param>
/// <param name="Place">Path of the file, or name of the variable or option; empty for a default value.</param>
/// <param name="Line">Line number in the file, or 0 if there is none.</param>
/// <param name="Description">Description of the setting's effect.</param>
/// <param name="Withheld">True if the value has no effect because it comes from an untrusted repository's files.</param>
public sealed record EffectiveSetting(
    string Name,
    string Value,
    string Default,
    string Source,
    string Place,
    int Line,
    string Description,
    bool Withheld
);
