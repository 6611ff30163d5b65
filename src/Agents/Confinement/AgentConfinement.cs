namespace Orchestrator.Agents;

/// <summary>Read-only paths of an agent and its processes. Everything else is unrestricted.</summary>
/// <param name="Program">Absolute path of bubblewrap; see <see cref="Bubblewrap.CheckAsync"/>.</param>
/// <param name="ReadOnly">Absolute paths of read-only folders.</param>
/// <param name="Writable">Absolute paths of writable folders inside those. Each must exist.</param>
public sealed record AgentConfinement(string Program, IReadOnlyList<string> ReadOnly, IReadOnlyList<string> Writable)
{
    /// <summary>Folders of which only some entries are visible.</summary>
    public IReadOnlyList<HiddenFolder> Hidden { get; init; } = [];
}

/// <summary>A folder that looks empty except for some entries; other files written there are gone at the end.</summary>
/// <param name="Path">Its absolute path. It must exist.</param>
/// <param name="Shown">Absolute paths of visible entries, which can be changed.</param>
public sealed record HiddenFolder(string Path, IReadOnlyList<string> Shown);
