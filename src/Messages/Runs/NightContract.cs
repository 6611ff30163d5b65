namespace Orchestrator.Messages;

/// <summary>The findings of the preflight of an unattended run (<c>run --overnight</c>). With the limits of the run's input it is the
/// contract that the morning's report compares with the result. It decides nothing.</summary>
public sealed record NightContract
{
    /// <summary>When it was made.</summary>
    [JsonPropertyName("madeAt")]
    public DateTimeOffset MadeAt { get; init; }

    /// <summary>Tasks of the plan; 0: a planner makes it.</summary>
    [JsonPropertyName("tasks")]
    public int Tasks { get; init; }

    /// <summary>True if the machine is kept from sleeping while the run's process works on it.</summary>
    [JsonPropertyName("keepsAwake")]
    public bool KeepsAwake { get; init; }

    /// <summary>The reasons that could wake a user, or end the night early, as found in the preflight: each a sentence.</summary>
    [JsonPropertyName("remarks")]
    public IReadOnlyList<string> Remarks
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>The expected cost and time of a run, by past runs of its repository: ranges that eight of ten runs lie in.</summary>
public sealed record RunForecast
{
    /// <summary>Lower end of its cost in US dollars.</summary>
    [JsonPropertyName("costLow")]
    public decimal CostLow { get; init; }

    /// <summary>Upper end of its cost in US dollars.</summary>
    [JsonPropertyName("costHigh")]
    public decimal CostHigh { get; init; }

    /// <summary>Lower end of its time, in seconds.</summary>
    [JsonPropertyName("secondsLow")]
    public double SecondsLow { get; init; }

    /// <summary>Upper end of its time, in seconds.</summary>
    [JsonPropertyName("secondsHigh")]
    public double SecondsHigh { get; init; }

    /// <summary>Tasks that it is about.</summary>
    [JsonPropertyName("tasks")]
    public int Tasks { get; init; }

    /// <summary>Past tasks that it rests on.</summary>
    [JsonPropertyName("pastTasks")]
    public int PastTasks { get; init; }

    /// <summary>Runs that those were of.</summary>
    [JsonPropertyName("pastRuns")]
    public int PastRuns { get; init; }

    /// <summary>The expected part of its accounts' usage limits; empty: nothing is known.</summary>
    [JsonPropertyName("windows")]
    public IReadOnlyList<WindowForecast> Windows
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>The expected part of a usage limit: a range that eight of ten runs lie in.</summary>
/// <param name="Account">The account.</param>
/// <param name="Window">The service's name for the limit, such as <c>five_hour</c>.</param>
/// <param name="Low">Lower end in percent: 100 is the whole limit once.</param>
/// <param name="High">Upper end in percent.</param>
public sealed record WindowForecast(
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("window")] string Window,
    [property: JsonPropertyName("low")] double Low,
    [property: JsonPropertyName("high")] double High
);
