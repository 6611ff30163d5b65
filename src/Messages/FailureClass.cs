namespace Orchestrator.Messages;

/// <summary>Cause of a failed agent run or task step. Determines the reaction; <c>AgentWorkflow</c> has the rules.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureClass>))]
public enum FailureClass
{
    /// <summary>The agent ended well, or ended without a known cause of failure.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Network or server fault of one service. Retried by the retry policy.</summary>
    [JsonStringEnumMemberName("transient")]
    Transient,

    /// <summary>A usage limit with a reset time. The task waits on a durable timer.</summary>
    [JsonStringEnumMemberName("usage-limit")]
    UsageLimit,

    /// <summary>The service throttles its callers although no usage limit is reached. Retried with growing delays, without a limit, and
    /// without using an attempt.</summary>
    [JsonStringEnumMemberName("throttled")]
    Throttled,

    /// <summary>Fault of the account: login, credit, permission, missing model or broken agent program. The task backs off until a probe
    /// succeeds.</summary>
    [JsonStringEnumMemberName("account")]
    Account,

    /// <summary>Fault of the host: disk, memory or a missing tool. The task backs off until the fault is repaired.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>A prerequisite of one task's gate, or memory for its agent, is missing. Only that task backs off, and retries
    /// automatically.</summary>
    [JsonStringEnumMemberName("gate")]
    Gate,

    /// <summary>The task's run was terminated without stopping the task, so no user requested the task's end.</summary>
    [JsonStringEnumMemberName("run-ended")]
    RunEnded,

    /// <summary>The task reached one of its limits: time, turns, cost or memory.</summary>
    [JsonStringEnumMemberName("limit")]
    Limit,

    /// <summary>The agent reported that it could not do the task.</summary>
    [JsonStringEnumMemberName("gave-up")]
    GaveUp,

    /// <summary>The agent reported that it needs something to continue.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,

    /// <summary>The agent's process was killed from outside, or its host went down. A new agent run resumes the conversation.</summary>
    [JsonStringEnumMemberName("died")]
    Died,

    /// <summary>The agent died (<see cref="Died"/>) while the kernel killed processes for lack of memory. The task is not at
    /// fault.</summary>
    [JsonStringEnumMemberName("out-of-memory")]
    OutOfMemory,

    /// <summary>A user holds all new agent runs. This agent run starts when the hold is released.</summary>
    [JsonStringEnumMemberName("held")]
    Held,

    /// <summary>A budget is used up. An agent run that has not started waits until a user raises the budget. A started agent run has used
    /// its reservation and requires more.</summary>
    [JsonStringEnumMemberName("budget")]
    Budget,

    /// <summary>Stopped by orchestrate itself: pause, cancel or shutdown.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>A retry can't succeed.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}
