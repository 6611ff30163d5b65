using System.Text.Json.Serialization;

namespace Orchestrator.Client.Views;

/// <summary>Output of <c>usage --json</c>.</summary>
/// <param name="Accounts">All known accounts.</param>
/// <param name="Days">Number of days that the sums cover.</param>
/// <param name="Sums">Sums by account, run, task, model and day.</param>
/// <param name="Prices">Source of the prices that were used where the agent's program reported no cost.</param>
/// <param name="Faults">Sentences about files that could not be read.</param>
public sealed record UsageDocument(
    IReadOnlyList<AccountUsageSummary> Accounts,
    int Days,
    UsageSums Sums,
    UsagePrices Prices,
    IReadOnlyList<string> Faults
) : SchemaVersionedDocument;

/// <summary>Current state of an account.</summary>
/// <param name="Name">Name of the account.</param>
/// <param name="AtWork">Number of running agents that use the account.</param>
/// <param name="Waiting">Number of tasks that wait for the account.</param>
/// <param name="ReservedUsd">US dollars that running agents may still spend, or null if no budget limits them.</param>
/// <param name="SpendingUsd">US dollars that running agents have spent so far, as far as observed.</param>
/// <param name="LostUsd">US dollars counted as spent by agents whose outcome is unknown.</param>
/// <param name="TodayUsd">US dollars spent by agents that ended today.</param>
/// <param name="MonthUsd">US dollars spent by agents that ended this month.</param>
/// <param name="Windows">Usage limits of the account.</param>
/// <param name="Block">Block that currently prevents the account's agents from starting; omitted if there is none.</param>
public sealed record AccountUsageSummary(
    string Name,
    int AtWork,
    int Waiting,
    decimal? ReservedUsd,
    decimal SpendingUsd,
    decimal LostUsd,
    decimal TodayUsd,
    decimal MonthUsd,
    IReadOnlyList<UsageWindowLine> Windows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AccountBlockPeriod? Block
);

/// <summary>Usage totals by account, run, task, model and day. Each list starts with the most recently used entry.</summary>
public sealed record UsageSums(
    IReadOnlyList<UsageGroupTotal> Account,
    IReadOnlyList<UsageGroupTotal> Run,
    IReadOnlyList<UsageGroupTotal> Task,
    IReadOnlyList<UsageGroupTotal> Model,
    IReadOnlyList<UsageGroupTotal> Day
);

/// <summary>Usage of one account, run, task, model or day.</summary>
/// <param name="IsWhole">False if some agents ended without a result, so that the actual usage may be higher.</param>
public sealed record UsageGroupTotal(
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

/// <summary>Date and source of the price table.</summary>
public sealed record UsagePrices(string Date, string Source);
