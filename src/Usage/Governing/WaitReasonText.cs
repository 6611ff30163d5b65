namespace Orchestrator.Usage;

/// <summary>
/// Describes waiting starts and budgets for users. The description of a waiting start names the limit, the account, the end of the wait,
/// and the source of the report.
/// </summary>
public static class WaitReasonText
{
    /// <summary>Formats the reason for a wait as a sentence.</summary>
    public static string Of(AgentStartDelayCause why) =>
        why switch
        {
            AccountInBackoffStartDelayCause blocked =>
                $"the account {blocked.Account} is used up{In(blocked.Park.Window)} until {Time(blocked.Park.Until)} "
                    + $"({Fact(blocked.Park)})",
            AccountBeingProbedStartDelayCause tried =>
                $"one agent checks whether the account {tried.Account} works again after its limit{In(tried.Park.Window)}",
            UsageWindowNearlyFullStartDelayCause full =>
                $"the account {full.Account} has used {Percent(full.Window.PartsPerMillion)} of its {Name(full.Name)} "
                    + $"limit, and no agent starts at {Percent(full.PauseAt)} or more (usage.pause_at) until "
                    + $"{Time(full.Window.ResetsAt)} ({full.Window.Fact} of {Time(full.Window.SeenAt)})",
            NoFreeSlotStartDelayCause slot => slot.InUse >= slot.Slots
                ? $"{slot.InUse} of {Plural.Of(slot.Slots, "slot")} of the account {slot.Account} "
                    + $"{Plural.Form(slot.InUse, "is", "are")} in use"
                : $"the free slots of the account {slot.Account} go to other tasks first",
            BudgetReservedStartDelayCause reserved => $"the rest of {Of(reserved.Cap)} is reserved for running agents "
                + $"({Of(reserved.Reserved, reserved.Cap)})",
            _ => why.Account,
        };

    /// <summary>Formats a budget, such as <c>the budget of the run, 20.00 USD</c>.</summary>
    public static string Of(BudgetCap cap) =>
        $"the budget of {ScopeText(cap.Kind)}, {Of(new MoneyAndTokenAmount(cap.Micros ?? 0, cap.Tokens ?? 0), cap)}";

    /// <summary>Formats the scope of a budget, such as <c>the run</c>.</summary>
    public static string ScopeText(BudgetCapKind kind) =>
        kind switch
        {
            BudgetCapKind.Attempt => "the attempt",
            BudgetCapKind.Task => "the task",
            BudgetCapKind.Run => "the run",
            BudgetCapKind.Day => "the day",
            _ => "the account and month",
        };

    /// <summary>Formats an amount in the units of a budget.</summary>
    public static string Of(MoneyAndTokenAmount amount, BudgetCap cap) =>
        string.Join(
            " and ",
            (
                (string?[])
                    [
                        cap.Micros is null ? null : $"{MicroDollars.Text(amount.Micros)} USD",
                        cap.Tokens is null ? null : Tokens(amount.Tokens),
                    ]
            ).OfType<string>()
        );

    /// <summary>Converts a window's name to its display name, such as <c>five_hour</c> to <c>5-hour</c>.</summary>
    public static string Name(string window) =>
        window switch
        {
            "five_hour" => "5-hour",
            "seven_day" => "weekly",
            "seven_day_opus" => "weekly Opus",
            "seven_day_sonnet" => "weekly Sonnet",
            _ => window.Replace('_', ' '),
        };

    /// <summary>Formats a value in parts per million as a percentage.</summary>
    public static string Percent(int partsPerMillion) => string.Create(CultureInfo.InvariantCulture, $"{partsPerMillion / 10_000m:0.#} %");

    private static string Tokens(long tokens) => Plural.Grouped(tokens, "token");

    private static string In(string? window) => window is null ? "" : $" ({Name(window)} limit)";

    private static string Fact(AccountBackoff park) => park.Doubt.Length > 0 ? $"{park.Fact}; {park.Doubt}" : park.Fact;

    private static string Time(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z");
}
