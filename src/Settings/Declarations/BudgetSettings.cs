namespace Orchestrator.Settings;

/// <summary>
/// Budgets (<c>budget.*</c>), where null means no limit. When a budget is used up, the work pauses and the run asks the user how to
/// continue.
/// </summary>
/// <param name="Attempt">Budget of one attempt of a task.</param>
/// <param name="Task">Budget of one task across all attempts.</param>
/// <param name="Run">Budget of one run.</param>
/// <param name="Day">Budget of all runs of this user per day, by the host's clock.</param>
/// <param name="Account">Budget of one account per calendar month.</param>
public sealed record BudgetSettings(
    BudgetAmount? Attempt = null,
    BudgetAmount? Task = null,
    BudgetAmount? Run = null,
    BudgetAmount? Day = null,
    BudgetAmount? Account = null
)
{
    private static readonly Setting<BudgetAmount?> AttemptKey = new(
        "budget.attempt",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget for one attempt at a task; when the budget is used up, a user is asked"
    );

    private static readonly Setting<BudgetAmount?> TaskKey = new(
        "budget.task",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget for all attempts at one task; when the budget is used up, a user is asked"
    );

    private static readonly Setting<BudgetAmount?> RunKey = new(
        "budget.run",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget for one run; when the budget is used up, a user is asked; the option --max-cost overrides this setting"
    );

    private static readonly Setting<BudgetAmount?> DayKey = new(
        "budget.day",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget for all your runs in one day; when the budget is used up, a user is asked, and work continues "
            + "automatically the next day"
    );

    private static readonly Setting<BudgetAmount?> AccountKey = new(
        "budget.account",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget for one account per calendar month; when the budget is used up, a user is asked"
    );

    /// <summary>
    /// All budgets, from the narrowest (one attempt) to the widest (one account). <c>Kind</c> is the last part of the setting's name, as in
    /// <c>budget.KIND</c>.
    /// </summary>
    public IReadOnlyList<(string Kind, BudgetAmount? Amount)> All =>
        [("attempt", Attempt), ("task", Task), ("run", Run), ("day", Day), ("account", Account)];

    internal static BudgetSettings Read(SettingReader settings) =>
        new(settings.Read(AttemptKey), settings.Read(TaskKey), settings.Read(RunKey), settings.Read(DayKey), settings.Read(AccountKey));
}
