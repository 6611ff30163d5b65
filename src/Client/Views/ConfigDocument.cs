namespace Orchestrator.Client.Views;

/// <summary>Answer of <c>config list --json</c> and <c>config get --json</c>.</summary>
public sealed record ConfigDocument(IReadOnlyList<ConfigEntry> Settings) : Document;

/// <summary>The effective value of one setting.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Value">Its form in a file.</param>
/// <param name="Default">Its default.</param>
/// <param name="Source"><c>default</c>, <c>userFile</c>, <c>repositoryFile</c>, <c>dotEnv</c>, <c>environment</c> or <c>flag</c>.</param>
/// <param name="Place">File, variable or option; empty for a default.</param>
/// <param name="Line">Line in the file, or 0.</param>
/// <param name="Description">What it does.</param>
/// <param name="Withheld">It is from the files of an untrusted repository, and does not count.</param>
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
