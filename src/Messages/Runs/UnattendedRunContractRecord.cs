namespace Orchestrator.Messages;

/// <summary>
/// Run contract: the findings of preflight for an unattended run (<c>run --overnight</c>). The final report compares the outcome with the
/// contract and with the limits in the run's input. The contract does not affect the run.
/// </summary>
public sealed record UnattendedRunContractRecord
{
    /// <summary>Time at which the run contract was made.</summary>
    [JsonPropertyName("madeAt")]
    public DateTimeOffset MadeAt { get; init; }

    /// <summary>Number of tasks in the plan; 0 if a planner makes the plan.</summary>
    [JsonPropertyName("tasks")]
    public int Tasks { get; init; }

    /// <summary>True if the host is kept awake while the process that executes the run is alive.</summary>
    [JsonPropertyName("keepsAwake")]
    public bool KeepsAwake { get; init; }

    /// <summary>Remarks from preflight. Each remark is a reason why the run might need a user's attention or end early.</summary>
    [JsonPropertyName("remarks")]
    public IReadOnlyList<string> Remarks
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>
/// Expected cost and time of a run, based on past runs in the repository. The actual value should fall within each range with a probability
/// of 80 %.
/// </summary>
public sealed record RunForecast
{
    /// <summary>Lower bound of the cost in US dollars.</summary>
    [JsonPropertyName("costLow")]
    public decimal CostLow { get; init; }

    /// <summary>Upper bound of the cost in US dollars.</summary>
    [JsonPropertyName("costHigh")]
    public decimal CostHigh { get; init; }

    /// <summary>Lower bound of the time in seconds.</summary>
    [JsonPropertyName("secondsLow")]
    public double SecondsLow { get; init; }

    /// <summary>Upper bound of the time in seconds.</summary>
    [JsonPropertyName("secondsHigh")]
    public double SecondsHigh { get; init; }

    /// <summary>Number of tasks in the forecast.</summary>
    [JsonPropertyName("tasks")]
    public int Tasks { get; init; }

    /// <summary>Number of past tasks that the forecast is based on.</summary>
    [JsonPropertyName("pastTasks")]
    public int PastTasks { get; init; }

    /// <summary>Number of past runs that the forecast is based on.</summary>
    [JsonPropertyName("pastRuns")]
    public int PastRuns { get; init; }

    /// <summary>Expected use of the accounts' usage limits; empty if unknown.</summary>
    [JsonPropertyName("windows")]
    public IReadOnlyList<WindowForecast> Windows
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>Expected use of one usage limit, as a range that should contain the actual value with a probability of 80 %.</summary>
/// <param name="Account">Name of the account.</param>
/// <param name="Window">The service's name for the limit, such as <c>five_hour</c>.</param>
/// <param name="Low">Lower bound in percent, where 100 means the whole limit.</param>
/// <param name="High">Upper bound in percent, where 100 means the whole limit.</param>
public sealed record WindowForecast(
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("window")] string Window,
    [property: JsonPropertyName("low")] double Low,
    [property: JsonPropertyName("high")] double High
);
