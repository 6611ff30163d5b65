namespace Orchestrator.Agents;

/// <summary>Window of an account's usage limit, such as five hours or seven days.</summary>
/// <param name="Name">Service's name of the window, such as <c>five_hour</c>, <c>seven_day</c> or <c>seven_day_opus</c>.</param>
/// <param name="Used">Used share from 0 to 1, or above 1 with paid extra usage. Null if unknown.</param>
/// <param name="ResetsAt">Reset time reported by the service, or null if unknown. It may be wrong, so base decisions on
/// <see cref="BelievedReset"/>.</param>
public sealed record UsageWindow(string Name, double? Used, DateTimeOffset? ResetsAt)
{
    /// <summary>Tolerated excess of the time until a reset over the window's length, because clocks differ slightly.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    /// <summary>Length of the window, or null if its name does not reveal it.</summary>
    public TimeSpan? Length =>
        Name.StartsWith("five_hour", StringComparison.Ordinal) ? TimeSpan.FromHours(5)
        : Name.StartsWith("seven_day", StringComparison.Ordinal) ? TimeSpan.FromDays(7)
        : null;

    /// <summary>Returns a reset time that is safe for a timer. A reset further away than the window is long means that this machine's
    /// clock (or the service's) is wrong, so the time is unknown. A past time is returned unchanged: the limit is over or the clock is
    /// ahead, which only another request can reveal.</summary>
    /// <param name="now">Current time of this machine's clock.</param>
    /// <returns>The reset time, or null if unknown, so that the caller retries after pauses.</returns>
    public DateTimeOffset? BelievedReset(DateTimeOffset now) =>
        ResetsAt is { } at && at - now <= (Length ?? LongestWindow) + ClockDifference ? at : null;
}

/// <summary>Service's report on an account's usage limits. It comes with answers at no cost, even while everything is allowed. It never
/// decides that work is refused; <see cref="AgentFailure.UsageLimit"/> does.</summary>
/// <param name="Status">Status reported by the service: <c>allowed</c>, <c>allowed_warning</c>, <c>rejected</c>, or <c>unknown</c> if not
/// reported.</param>
/// <param name="Windows">Reported windows, each once.</param>
public sealed record UsageWindows(string Status, IReadOnlyList<UsageWindow> Windows)
{
    /// <summary>Name of the window that determines <see cref="Status"/>, or null if not reported.</summary>
    public string? Deciding { get; init; }

    /// <summary>True if requests beyond the plan are paid extra, so that they cost money but are not blocked.</summary>
    public bool IsOverageInUse { get; init; }

    /// <summary>Window that determines <see cref="Status"/>, or null if not reported.</summary>
    public UsageWindow? DecidingWindow => Find(Deciding);

    /// <summary>True if the service rejects usage included in the plan, and no extra usage is paid. This is only a hint; the agent's
    /// outcome decides.</summary>
    public bool IsRejected => Status == "rejected" && !IsOverageInUse;

    /// <summary>Returns the window with a name, or null if it does not exist.</summary>
    /// <param name="name">Name such as <c>five_hour</c>.</param>
    public UsageWindow? Find(string? name) => Windows.FirstOrDefault(window => window.Name == name);
}
