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

/// <summary>Why a follower stops an agent. Written to the agent run's folder, where it becomes the outcome's failure.</summary>
public enum AgentStopReason
{
    /// <summary>The service refuses to answer it.</summary>
    Refused,

    /// <summary>The time limit passed.</summary>
    Time,

    /// <summary>Nothing was printed for the stall limit.</summary>
    Stall,

    /// <summary>No follower for the orphan limit.</summary>
    Orphan,

    /// <summary>More output than the limit.</summary>
    Output,

    /// <summary>More memory than the limit.</summary>
    Memory,

    /// <summary>Requested by a person or the run: pause, cancel, stop.</summary>
    Requested,
}
