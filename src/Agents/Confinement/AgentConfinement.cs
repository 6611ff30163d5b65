namespace Orchestrator.Agents;

/// <summary>What an agent and all it starts may only read. Everything else is as it is without.</summary>
/// <param name="Program">Absolute path of bubblewrap; see <see cref="Bubblewrap.CheckAsync"/>.</param>
/// <param name="ReadOnly">Absolute paths of folders that can't be changed.</param>
/// <param name="Writable">Absolute paths of folders inside those that can be changed all the same. Each must be there.</param>
public sealed record AgentConfinement(string Program, IReadOnlyList<string> ReadOnly, IReadOnlyList<string> Writable);
