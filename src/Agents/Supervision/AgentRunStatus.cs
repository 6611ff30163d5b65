namespace Orchestrator.Agents.Supervision;

/// <summary>State of an agent run, derived from its folder and the processes of this machine.</summary>
public enum AgentRunStatus
{
    /// <summary>No supervisor has started the agent yet.</summary>
    NotStarted,

    /// <summary>
    /// The agent run was canceled before a supervisor started the agent (<see cref="AgentSupervisor.TryCancelBeforeStart"/>), so no
    /// supervisor can start it.
    /// </summary>
    CancelledBeforeStart,

    /// <summary>The agent or its supervisor is alive.</summary>
    Running,

    /// <summary>The agent has ended with a known exit code.</summary>
    Ended,

    /// <summary>The agent was started, but none of its processes is alive and no exit code is recorded. It was killed, or the machine went
    /// down.</summary>
    Died,
}
