namespace Orchestrator.Agents;

/// <summary>What an agent and all it starts may only read. Everything else is as it is without.</summary>
/// <param name="Program">Absolute path of bubblewrap; see <see cref="Bubblewrap.CheckAsync"/>.</param>
/// <param name="ReadOnly">Absolute paths of folders that can't be changed.</param>
/// <param name="Writable">Absolute paths of folders inside those that can be changed all the same. Each must be there.</param>
public sealed record AgentConfinement(string Program, IReadOnlyList<string> ReadOnly, IReadOnlyList<string> Writable)
{
    /// <summary>Folders of which it sees only some entries.</summary>
    public IReadOnlyList<HiddenFolder> Hidden { get; init; } = [];
}

/// <summary>A folder that looks empty but for some of its entries; what is written beside them is gone at the end.</summary>
/// <param name="Path">Its absolute path. It must be there.</param>
/// <param name="Shown">Absolute paths of entries that are seen, and changed, as they are.</param>
public sealed record HiddenFolder(string Path, IReadOnlyList<string> Shown);
