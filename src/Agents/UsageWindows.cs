namespace Orchestrator.Agents;

/// <summary>One window of an account's usage limit, such as five hours or seven days.</summary>
/// <param name="Name">The service's name for it, such as <c>five_hour</c>, <c>seven_day</c> or <c>seven_day_opus</c>.</param>
/// <param name="Used">Used share: 0 is nothing, 1 is full; more where extra usage is paid. Null if unknown.</param>
/// <param name="ResetsAt">When it begins anew, as the service says; null if unknown. It may lie: decide by
/// <see cref="BelievedReset"/>.</param>
public sealed record UsageWindow(string Name, double? Used, DateTimeOffset? ResetsAt)
{
    /// <summary>A reset may be this much farther away than its window is long: clocks differ a little.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    /// <summary>The length of the window; null if its name does not tell.</summary>
    public TimeSpan? Length =>
        Name.StartsWith("five_hour", StringComparison.Ordinal) ? TimeSpan.FromHours(5)
        : Name.StartsWith("seven_day", StringComparison.Ordinal) ? TimeSpan.FromDays(7)
        : null;

    /// <summary>The reset that a timer may be set to. A window can't reset later than it is long: such a time says that this machine's
    /// clock is wrong (or the service's), so nothing is known. A time that has passed is returned as it is: the limit is over, or the
    /// clock is ahead, which only another request can tell.</summary>
    /// <param name="now">The time on this machine's clock.</param>
    /// <returns>The time; null: unknown, so it is asked again after pauses.</returns>
    public DateTimeOffset? BelievedReset(DateTimeOffset now) =>
        ResetsAt is { } at && at - now <= (Length ?? LongestWindow) + ClockDifference ? at : null;
}

/// <summary>The service's report on an account's usage limits. It comes with answers at no cost, also while everything is allowed. It never
/// decides whether work is refused: <see cref="AgentFailure.UsageLimit"/> does.</summary>
/// <param name="Status">The service's word: <c>allowed</c>, <c>allowed_warning</c> or <c>rejected</c>; <c>unknown</c> where it says
/// none.</param>
/// <param name="Windows">The windows that it names, each once.</param>
public sealed record UsageWindows(string Status, IReadOnlyList<UsageWindow> Windows)
{
    /// <summary>Name of the window that <see cref="Status"/> is about; null if not said.</summary>
    public string? Deciding { get; init; }

    /// <summary>Requests are paid beyond the plan: money, and no block.</summary>
    public bool IsOverageInUse { get; init; }

    /// <summary>The window that <see cref="Status"/> is about; null if it is not named.</summary>
    public UsageWindow? DecidingWindow => Find(Deciding);

    /// <summary>True when the service refuses what the plan includes, and nothing else is paid. It is a hint: the agent's outcome
    /// decides.</summary>
    public bool IsRejected => Status == "rejected" && !IsOverageInUse;

    /// <summary>The window of a name; null where there is none.</summary>
    /// <param name="name">Such as <c>five_hour</c>.</param>
    public UsageWindow? Find(string? name) => Windows.FirstOrDefault(window => window.Name == name);
}
