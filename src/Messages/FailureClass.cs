namespace Orchestrator.Messages;

/// <summary>Cause of a failed agent run or activity. <c>AgentWorkflow</c> chooses the reaction to each value.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureClass>))]
public enum FailureClass
{
    /// <summary>The agent succeeded, or it failed for an unknown reason.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Network or server error of a single service. Retried by the retry policy.</summary>
    [JsonStringEnumMemberName("transient")]
    Transient,

    /// <summary>A usage limit with a known reset time. The task waits on a durable timer.</summary>
    [JsonStringEnumMemberName("usage-limit")]
    UsageLimit,

    /// <summary>
    /// The service throttles its callers, although no usage limit has been reached. The task is retried indefinitely with growing delays,
    /// which does not count as an attempt.
    /// </summary>
    [JsonStringEnumMemberName("throttled")]
    Throttled,

    /// <summary>
    /// Problem with the account or agent, such as an expired login, missing credit or permission, an unknown model, or a broken agent
    /// program. The task backs off until a probe succeeds.
    /// </summary>
    [JsonStringEnumMemberName("account")]
    Account,

    /// <summary>
    /// Problem with the host, such as a full disk, a lack of memory or a missing tool. The task backs off until the problem is fixed.
    /// </summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>
    /// A prerequisite of a task's gate is missing, or the host lacks memory for the task's agent. Only this task backs off, and it is
    /// retried automatically.
    /// </summary>
    [JsonStringEnumMemberName("gate")]
    Gate,

    /// <summary>The run was terminated while the task was still open, so the task ended without a user's request.</summary>
    [JsonStringEnumMemberName("run-ended")]
    RunEnded,

    /// <summary>The task reached its limit of time, turns, cost or memory.</summary>
    [JsonStringEnumMemberName("limit")]
    Limit,

    /// <summary>The agent reported that it can't do the task.</summary>
    [JsonStringEnumMemberName("gave-up")]
    GaveUp,

    /// <summary>The agent reported the status <c>blocked</c>, because it can't continue without help.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,

    /// <summary>The agent's process was killed from outside, or its host shut down. A new agent run resumes the conversation.</summary>
    [JsonStringEnumMemberName("died")]
    Died,

    /// <summary>
    /// The agent died (<see cref="Died"/>) while the kernel was killing processes for lack of memory. The task's agent did not cause the
    /// shortage.
    /// </summary>
    [JsonStringEnumMemberName("out-of-memory")]
    OutOfMemory,

    /// <summary>A user's hold prevents new agents from starting. The agent run starts when the hold is released.</summary>
    [JsonStringEnumMemberName("held")]
    Held,

    /// <summary>
    /// A budget is used up: a new agent run can't start, or a running agent has spent the amount reserved for it. The task waits until a
    /// user raises the budget.
    /// </summary>
    [JsonStringEnumMemberName("budget")]
    Budget,

    /// <summary>Orchestrate itself stopped the agent because of a pause, a cancellation or a shutdown.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>The input or the current state makes the operation impossible, so a retry can't succeed.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}
