namespace Orchestrator.Settings;

/// <summary>Budgets (<c>budget.*</c>); null is none. At its limit the work pauses and a person is asked.</summary>
/// <param name="Attempt">One attempt of a task.</param>
/// <param name="Task">One task, in all its attempts.</param>
/// <param name="Run">One run.</param>
/// <param name="Day">All runs of this user in one day of this machine's clock.</param>
/// <param name="Account">One account in one calendar month.</param>
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
        UsageTypes.BudgetOrOff,
        "what one attempt of a task may cost; then a person is asked"
    );

    private static readonly Setting<BudgetAmount?> TaskKey = new(
        "budget.task",
        null,
        UsageTypes.BudgetOrOff,
        "what one task may cost in all its attempts; then a person is asked"
    );

    private static readonly Setting<BudgetAmount?> RunKey = new(
        "budget.run",
        null,
        UsageTypes.BudgetOrOff,
        "what one run may cost; then a person is asked. --max-cost goes first"
    );

    private static readonly Setting<BudgetAmount?> DayKey = new(
        "budget.day",
        null,
        UsageTypes.BudgetOrOff,
        "what all your runs may cost in one day; then a person is asked, and it goes on by itself the next day"
    );

    private static readonly Setting<BudgetAmount?> AccountKey = new(
        "budget.account",
        null,
        UsageTypes.BudgetOrOff,
        "what one account may cost in a calendar month; then a person is asked"
    );

    /// <summary>All of them with the kind in their names (<c>budget.KIND</c>), the narrowest first.</summary>
    public IReadOnlyList<(string Kind, BudgetAmount? Amount)> All =>
        [("attempt", Attempt), ("task", Task), ("run", Run), ("day", Day), ("account", Account)];

    internal static BudgetSettings Read(SettingReader settings) =>
        new(settings.Read(AttemptKey), settings.Read(TaskKey), settings.Read(RunKey), settings.Read(DayKey), settings.Read(AccountKey));
}
