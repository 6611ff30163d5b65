namespace Orchestrator.Agents;

/// <summary>Time window of an account's usage limit, such as five hours or seven days.</summary>
/// <param name="Name">Service's name of the window, such as <c>five_hour</c>, <c>seven_day</c> or <c>seven_day_opus</c>.</param>
/// <param name="Used">Used share from 0 to 1, or above 1 with paid extra usage. Null if unknown.</param>
/// <param name="ResetsAt">Reset time reported by the service, or null if unknown. It may be wrong; the governor judges it.</param>
public sealed record UsageWindow(string Name, double? Used, DateTimeOffset? ResetsAt);

/// <summary>
/// The service's report on an account's usage limits. The service includes the report in its answers at no cost, even while no limit is
/// reached. Only the failure <see cref="AgentFailure.UsageLimit"/> means that work was refused.
/// </summary>
/// <param name="Status">Status reported by the service: <c>allowed</c>, <c>allowed_warning</c>, <c>rejected</c>, or <c>unknown</c> if not
/// reported.</param>
/// <param name="Windows">Reported windows, each once.</param>
public sealed record UsageWindows(string Status, IReadOnlyList<UsageWindow> Windows)
{
    /// <summary>Name of the window that determines <see cref="Status"/>, or null if not reported.</summary>
    public string? Deciding { get; init; }

    /// <summary>True if the service charges extra for requests beyond the subscription's included usage instead of blocking them.</summary>
    public bool IsOverageInUse { get; init; }

    /// <summary>Window that determines <see cref="Status"/>, or null if not reported.</summary>
    public UsageWindow? DecidingWindow => Find(Deciding);

    /// <summary>
    /// True if the service rejects requests and does not charge for extra usage instead. The value is only a hint, because the agent's
    /// outcome is decisive.
    /// </summary>
    public bool IsRejected => Status == "rejected" && !IsOverageInUse;

    /// <summary>Returns the window with the specified name, or null if it does not exist.</summary>
    /// <param name="name">Name such as <c>five_hour</c>.</param>
    public UsageWindow? Find(string? name) => Windows.FirstOrDefault(window => window.Name == name);
}
