namespace Orchestrator.Agents.Supervision;

/// <summary>State of an agent run, from its folder and the processes of this machine.</summary>
public enum AgentStartState
{
    /// <summary>No supervisor has started it yet.</summary>
    NotStarted,

    /// <summary>Stopped before a supervisor started it (<see cref="AgentSupervisor.TryCancelBeforeStart"/>): none will.</summary>
    CancelledBeforeStart,

    /// <summary>The agent or its supervisor lives.</summary>
    Running,

    /// <summary>The agent has ended and its exit code is known.</summary>
    Ended,

    /// <summary>Started, but no process of it lives, and there is no exit code: killed, or the machine went down.</summary>
    Died,
}
