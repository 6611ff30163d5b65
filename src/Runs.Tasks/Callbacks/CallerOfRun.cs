using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Checks whether the program at the other end of a connection on this machine was started by a run: such a program must not
/// answer what its run asks a person.</summary>
public static class CallerOfRun
{
    /// <summary>True for a process of an agent's attempt, a gate, set-up or package manager, also one that has removed its variables: its
    /// ancestors are looked at. A caller of another user, or one that has gone already, is none.</summary>
    /// <param name="port">The caller's port on loopback.</param>
    public static bool IsAt(int port) =>
        ProcessTable
            .FindByConnection(port)
            .Any(process => ProcessTable.Of(process.ProcessId, AgentStartFacts.FolderVariable, StepEnvironment.Variable).Count > 0);
}
