namespace Orchestrator.Messages;

/// <summary>Why an agent run or a step of a task did not end well: decides what happens next (<c>AgentWorkflow</c> has the
/// rules).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureClass>))]
public enum FailureClass
{
    /// <summary>The agent ended well, or its end says nothing of why it did not.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Network or server fault of one service: retried by policy.</summary>
    [JsonStringEnumMemberName("transient")]
    Transient,

    /// <summary>A usage limit with a reset time: waits by a durable timer.</summary>
    [JsonStringEnumMemberName("usage-limit")]
    UsageLimit,

    /// <summary>The service slows its callers down though no usage limit is reached: retried after growing delays, as long as it takes, and
    /// no attempt is used.</summary>
    [JsonStringEnumMemberName("throttled")]
    Throttled,

    /// <summary>Login, credit, permission, missing model, broken agent program: parked and probed.</summary>
    [JsonStringEnumMemberName("account")]
    Account,

    /// <summary>Disk, memory, a missing tool: parked until repaired.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>A need of one task's gate is missing, or memory for its agent: only that task is parked, and retries by itself.</summary>
    [JsonStringEnumMemberName("gate")]
    Gate,

    /// <summary>The task's run had ended without it (it was terminated): the task's end was not requested by a person.</summary>
    [JsonStringEnumMemberName("run-ended")]
    RunEnded,

    /// <summary>A limit of the task was reached: time, turns, cost or memory.</summary>
    [JsonStringEnumMemberName("limit")]
    Limit,

    /// <summary>The agent reported that it could not do it.</summary>
    [JsonStringEnumMemberName("gave-up")]
    GaveUp,

    /// <summary>The agent reported that it needs something.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,

    /// <summary>The agent's process was killed from outside or with its machine: the conversation is resumed in a new agent run.</summary>
    [JsonStringEnumMemberName("died")]
    Died,

    /// <summary>The agent died (<see cref="Died"/>), and the kernel killed processes meanwhile because the machine had too little memory:
    /// it is not the task's fault.</summary>
    [JsonStringEnumMemberName("out-of-memory")]
    OutOfMemory,

    /// <summary>A person holds all new agent runs: this one was not started, and is started when the hold is over.</summary>
    [JsonStringEnumMemberName("held")]
    Held,

    /// <summary>A budget is used up: not begun, it waits until a person raises that; begun, it has used what was reserved for it, and asks
    /// for more.</summary>
    [JsonStringEnumMemberName("budget")]
    Budget,

    /// <summary>We stopped it: pause, cancel or shutdown.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>Can't succeed by retrying.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}
