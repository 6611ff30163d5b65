namespace Orchestrator.Client.Views;

/// <summary>Output of <c>config list --json</c> and <c>config get --json</c>.</summary>
public sealed record ConfigDocument(IReadOnlyList<ConfigEntry> Settings) : Document;

/// <summary>Effective value of a setting.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Value as written in a file.</param>
/// <param name="Default">Default value as written in a file.</param>
/// <param name="Source"><c>default</c>, <c>userFile</c>, <c>repositoryFile</c>, <c>dotEnv</c>, <c>environment</c> or <c>flag</c>.</param>
/// <param name="Place">Path of the file, or name of the variable or option; empty for a default.</param>
/// <param name="Line">Line in the file, or 0 for none.</param>
/// <param name="Description">Description of the effect.</param>
/// <param name="Withheld">True if the value comes from an untrusted repository's files and therefore has no effect.</param>
public sealed record ConfigEntry(
    string Name,
    string Value,
    string Default,
    string Source,
    string Place,
    int Line,
    string Description,
    bool Withheld
);
