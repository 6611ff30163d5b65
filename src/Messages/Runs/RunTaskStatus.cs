using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Messages;

/// <summary>A task as shown to clients, with its progress and with text from the plan.</summary>
public sealed record RunTaskStatus : TaskProgress
{
    /// <summary>Creates a task without progress.</summary>
    [JsonConstructor]
    public RunTaskStatus() { }

    /// <summary>Creates the task from its recorded progress.</summary>
    /// <param name="progress">Progress of the task.</param>
    [SetsRequiredMembers]
    public RunTaskStatus(TaskProgress progress)
        : base(progress) { }

    /// <summary>First line of the task's text in the plan; empty if the plan has no text for it.</summary>
    [JsonPropertyName("title")]
    public string Title
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Ids of the tasks that this task depends on.</summary>
    [JsonPropertyName("dependsOn")]
    public IReadOnlyList<string> DependsOn
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Position of the task in the merge queue, from 1. Null if the task is not queued or its position is unknown.</summary>
    [JsonPropertyName("queuePosition")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePosition { get; init; }

    /// <summary>
    /// Number of messages that have not yet been shown to the task's agent; omitted if 0. Added by commands such as <c>orchestrate
    /// status</c> and <c>show</c>.
    /// </summary>
    [JsonPropertyName("unreadMail")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnreadMail { get; init; }

    /// <summary>
    /// Text about the task's current activity: the agent's action and context size, the reason why a gate is waiting, or a predicted
    /// conflict. Omitted if unknown. Added by commands such as <c>orchestrate status</c>.
    /// </summary>
    [JsonPropertyName("doing")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Doing { get; init; }

    /// <summary>
    /// Gate or set-up command that is running for the task; omitted if there is none. Added by commands such as <c>orchestrate status</c>.
    /// </summary>
    [JsonPropertyName("step")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunningGateOrSetUpStatus? Step { get; init; }
}

/// <summary>A running gate or set-up command.</summary>
/// <param name="Kind"><c>gate</c> or <c>set-up</c>.</param>
/// <param name="Name">Name of the gate, or the command.</param>
/// <param name="Since">Start time.</param>
public sealed record RunningGateOrSetUpStatus(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("since")] DateTimeOffset Since
)
{
    /// <summary>Value of <see cref="Kind"/> for a gate.</summary>
    public const string Gate = "gate";

    /// <summary>Value of <see cref="Kind"/> for a set-up command.</summary>
    public const string SetUp = "set-up";
}

/// <summary>A measurement of a task's work, with the expected, measured and claimed values.</summary>
/// <param name="Name">Name of the measurement in the plan.</param>
/// <param name="Expected">Expected value, such as <c>&gt;= 1.5, 5% tolerance</c>.</param>
/// <param name="Measured">Number printed by the measuring command, or null if the command failed or printed none.</param>
/// <param name="Claimed">Number claimed by the agent, or null if it claimed none.</param>
/// <param name="Met">True if the measured number meets the expectation.</param>
public sealed record TaskMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("expected")] string Expected,
    [property: JsonPropertyName("measured")] decimal? Measured,
    [property: JsonPropertyName("claimed")] decimal? Claimed,
    [property: JsonPropertyName("met")] bool Met
)
{
    /// <summary>Returns the measurement as text for users.</summary>
    public override string ToString() =>
        $"{Name}: {(Met ? "" : "missed, ")}measured {Show(Measured, "nothing")}, expected {Expected}"
        + (Claimed is null ? "" : $", its agent said {Show(Claimed, "")}");

    /// <summary>Formats a number, or returns <paramref name="none"/> if there is no number.</summary>
    public static string Show(decimal? number, string none) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? none;
}
