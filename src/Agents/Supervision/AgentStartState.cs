namespace Orchestrator.Agents.Supervision;

/// <summary>How a start stands, as its folder and the processes of this machine tell.</summary>
public enum AgentStartState
{
    /// <summary>No supervisor has taken it yet.</summary>
    NotStarted,

    /// <summary>It was stopped before a supervisor took it (<see cref="AgentSupervisor.TryCancelBeforeStart"/>): none will.</summary>
    CancelledBeforeStart,

    /// <summary>The agent or its supervisor lives.</summary>
    Running,

    /// <summary>The agent has ended and its exit code is known.</summary>
    Ended,

    /// <summary>It was started, nothing of it lives, and no exit code was left: killed, or the machine went down.</summary>
    Died,
}

/// <summary>Why a follower stops an agent. Written to the start's folder, where it becomes the outcome's failure.</summary>
public enum AgentStopReason
{
    /// <summary>The time limit passed.</summary>
    Time,

    /// <summary>Nothing was printed for the stall limit.</summary>
    Stall,

    /// <summary>Nobody followed for the orphan limit.</summary>
    Orphan,

    /// <summary>More output than the limit.</summary>
    Output,

    /// <summary>More memory than the limit.</summary>
    Memory,

    /// <summary>A person or the run asked: pause, cancel, stop.</summary>
    Requested,
}
