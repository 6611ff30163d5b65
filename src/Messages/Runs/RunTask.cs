using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Messages;

/// <summary>A task as clients read it: what is known of it, with the plan's words.</summary>
public sealed record RunTask : TaskProgress
{
    /// <summary>A task of which nothing is known yet.</summary>
    [JsonConstructor]
    public RunTask() { }

    /// <summary>The task that the progress is of.</summary>
    /// <param name="progress">What is known of it.</param>
    [SetsRequiredMembers]
    public RunTask(TaskProgress progress)
        : base(progress) { }

    /// <summary>The task's first line in the plan; empty where there is none.</summary>
    [JsonPropertyName("title")]
    public string Title
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Ids of the tasks whose work it starts from.</summary>
    [JsonPropertyName("dependsOn")]
    public IReadOnlyList<string> DependsOn
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The task's place among those that wait to be merged, from 1; null where it does not wait, or the place is
    /// unknown.</summary>
    [JsonPropertyName("queuePosition")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePosition { get; init; }

    /// <summary>Messages that its agent was not shown yet. Only <c>orchestrate status</c> and <c>show</c> fill it; left out where there are
    /// none.</summary>
    [JsonPropertyName("unreadMail")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnreadMail { get; init; }

    /// <summary>The current action of its agent, with the size of its context; the cause for which its gate waits; a predicted conflict.
    /// Only <c>orchestrate status</c> fills it; left out if nothing is known.</summary>
    [JsonPropertyName("doing")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Doing { get; init; }

    /// <summary>The gate or set-up command that runs now for it. Only <c>orchestrate status</c> fills it; left out where there is
    /// none.</summary>
    [JsonPropertyName("step")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunStep? Step { get; init; }
}

/// <summary>A gate or a set-up command that runs now.</summary>
/// <param name="Kind"><c>gate</c> or <c>set-up</c>.</param>
/// <param name="Name">Name of the gate, or the command.</param>
/// <param name="Since">Time of its beginning.</param>
public sealed record RunStep(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("since")] DateTimeOffset Since
)
{
    /// <summary><see cref="Kind"/> of a gate.</summary>
    public const string Gate = "gate";

    /// <summary><see cref="Kind"/> of a set-up command.</summary>
    public const string SetUp = "set-up";
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
    /// <summary>The task and its state as text for people.</summary>
    public override string ToString() =>
        $"{Name}: {(Met ? "" : "missed, ")}measured {Show(Measured, "nothing")}, expected {Expected}"
        + (Claimed is null ? "" : $", its agent said {Show(Claimed, "")}");

    /// <summary>A figure in words.</summary>
    public static string Show(decimal? number, string none) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? none;
}
