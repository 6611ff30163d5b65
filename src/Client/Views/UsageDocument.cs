using System.Text.Json.Serialization;

namespace Orchestrator.Client.Views;

/// <summary>The document of <c>usage --json</c>.</summary>
/// <param name="Accounts">All accounts that are known.</param>
/// <param name="Days">Days that the sums are of.</param>
/// <param name="Sums">Sums by account, run, task, model and day.</param>
/// <param name="Prices">Where prices come from that the agent program did not say.</param>
/// <param name="Faults">Files that can't be read, a sentence each.</param>
public sealed record UsageDocument(
    IReadOnlyList<UsageAccount> Accounts,
    int Days,
    UsageSums Sums,
    UsagePrices Prices,
    IReadOnlyList<string> Faults
) : Document;

/// <summary>An account now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="AtWork">Agents that work with it.</param>
/// <param name="Waiting">Tasks that wait for it.</param>
/// <param name="ReservedUsd">US dollars that agents at work may still spend; null: no budget limits them.</param>
/// <param name="SpendingUsd">US dollars that agents at work have spent by now, as far as seen.</param>
/// <param name="LostUsd">US dollars of agents whose end is unknown.</param>
/// <param name="TodayUsd">US dollars of agents that have ended today.</param>
/// <param name="MonthUsd">US dollars of agents that have ended this month.</param>
/// <param name="Windows">Its usage limits.</param>
/// <param name="Block">The block in force; left out: there is none.</param>
public sealed record UsageAccount(
    string Name,
    int AtWork,
    int Waiting,
    decimal? ReservedUsd,
    decimal SpendingUsd,
    decimal LostUsd,
    decimal TodayUsd,
    decimal MonthUsd,
    IReadOnlyList<UsageWindowLine> Windows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UsageBlock? Block
);

/// <summary>Sums, the latest first.</summary>
public sealed record UsageSums(
    IReadOnlyList<UsageLine> Account,
    IReadOnlyList<UsageLine> Run,
    IReadOnlyList<UsageLine> Task,
    IReadOnlyList<UsageLine> Model,
    IReadOnlyList<UsageLine> Day
);

/// <summary>One sum.</summary>
/// <param name="IsWhole">False: some agents ended without a result, so there may have been more.</param>
public sealed record UsageLine(
    string Name,
    string Repository,
    int Starts,
    long InputTokens,
    long OutputTokens,
    long CacheReadTokens,
    long CacheWriteTokens,
    decimal Usd,
    bool IsWhole,
    DateTimeOffset Last
);

/// <summary>The price table.</summary>
public sealed record UsagePrices(string Date, string Source);
