using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Status of one task.</summary>
public sealed record RunTask
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("title")]
    public string Title
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>One of <see cref="TaskStates"/>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("paused")]
    public bool Paused { get; init; }

    /// <summary>Its place among those that wait to be merged, from 1; null where it does not wait, or it is unknown.</summary>
    [JsonPropertyName("queuePosition")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePosition { get; init; }

    /// <summary>Subject of an approval, such as <c>dependency</c>; left out where it is the merge of its work, or there is none.</summary>
    [JsonPropertyName("asks")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Asks { get; init; }

    /// <summary>Files that were granted to it beyond the plan; left out where there are none.</summary>
    [JsonPropertyName("lent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Lent { get; init; }

    /// <summary>Questions of its agent that the planner has answered, the oldest first; left out where there are none.</summary>
    [JsonPropertyName("answers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAnswer>? Answers { get; init; }

    /// <summary>Messages that its agent was not shown yet. Only <c>orchestrate status</c> and <c>show</c> fill it; left out where there are
    /// none.</summary>
    [JsonPropertyName("unreadMail")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnreadMail { get; init; }

    /// <summary>Tasks that it was divided into and waits for; left out where there are none.</summary>
    [JsonPropertyName("parts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>For a parked task the <see cref="OutageStatus.Account"/> that it waits for (empty: the machine); null: for none.</summary>
    [JsonPropertyName("outage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outage { get; init; }

    [JsonPropertyName("reason")]
    public string Reason
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("dependsOn")]
    public IReadOnlyList<string> DependsOn
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Attempt of the task: 1 is the first, each remediation adds one.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>Number of agent processes started for it.</summary>
    [JsonPropertyName("starts")]
    public int Starts { get; init; }

    /// <summary>When it entered this state.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>When its first agent started; null before.</summary>
    [JsonPropertyName("startedAt")]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    [JsonPropertyName("endedAt")]
    public DateTimeOffset? EndedAt { get; init; }

    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Input and output tokens, as the agent reported them.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>Commit of its last verified work; empty before.</summary>
    [JsonPropertyName("commit")]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit on staging that merged it; empty before.</summary>
    [JsonPropertyName("mergeCommit")]
    public string MergeCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True when its work is on the target branch, while the run goes on with others (<c>land --merged</c>).</summary>
    [JsonPropertyName("landed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Landed { get; init; }

    /// <summary>True when an earlier result was used without starting an agent.</summary>
    [JsonPropertyName("reused")]
    public bool Reused { get; init; }

    /// <summary>File with the evidence for the state, relative to the repository; empty where there is none.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>What came of the gates at <see cref="Commit"/>; left out while they were not run. A task without gates has
    /// <see cref="GateProof.NotVerified"/>.</summary>
    [JsonPropertyName("gates")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>What was measured at <see cref="Commit"/>; left out where nothing was.</summary>
    [JsonPropertyName("measurements")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }
}

/// <summary>A measurement of a task's work: expected, measured and claimed number.</summary>
/// <param name="Name">Its name in the plan.</param>
/// <param name="Expected">Such as <c>&gt;= 1.5, 5% tolerance</c>.</param>
/// <param name="Measured">The number that its command printed; null where it failed or printed none.</param>
/// <param name="Claimed">The number that the agent claims; null where there is none.</param>
/// <param name="Met">The measured number is as expected.</param>
public sealed record TaskMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("expected")] string Expected,
    [property: JsonPropertyName("measured")] decimal? Measured,
    [property: JsonPropertyName("claimed")] decimal? Claimed,
    [property: JsonPropertyName("met")] bool Met
)
{
    /// <summary>As text for people.</summary>
    public override string ToString() =>
        $"{Name}: {(Met ? "" : "missed, ")}measured {Show(Measured, "nothing")}, expected {Expected}"
        + (Claimed is null ? "" : $", its agent said {Show(Claimed, "")}");

    /// <summary>A figure in words.</summary>
    public static string Show(decimal? number, string none) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? none;
}
