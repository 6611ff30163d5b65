namespace Orchestrator.Usage.Tests;

/// <summary>Requests and facts of tests.</summary>
internal static class Given
{
    public const string Account = "claude";
    public const long Dollar = MicroDollars.PerDollar;

    public static DateTimeOffset Now { get; } = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);

    public static string RunScope { get; } = BudgetScopeNames.Run("repo", "run");

    public static BudgetCap RunCap(long micros) => new(BudgetCapKind.Run, RunScope, micros);

    public static StartRequest Request(string id, params BudgetCap[] caps) =>
        new()
        {
            Id = id,
            Account = Account,
            Repository = "repo",
            Run = "run",
            Task = id,
            Attempt = 1,
            Holder = new ReservationHolder("host", "1"),
            Caps = caps,
        };

    public static LedgerBook Admit(this LedgerBook book, StartRequest request, DateTimeOffset? at = null) =>
        Governor.Admit(book, request, at ?? Now) is (var next, Admitted)
            ? next
            : throw new InvalidOperationException("It was not admitted.");

    public static Admission Ask(this LedgerBook book, StartRequest request, DateTimeOffset? at = null) =>
        Governor.Admit(book, request, at ?? Now).Admission;

    public static LedgerBook Settle(this LedgerBook book, string id, long micros, string account = Account) =>
        Governor.SettleReservation(book, account, id, new Amount(micros, 0), [], Now).Book;

    public static LedgerBook Block(this LedgerBook book, string id, DateTimeOffset? reset, DateTimeOffset? at = null) =>
        AccountBackoffs.Block(book, Account, id, "five_hour", reset, $"usage_limit_reached of {id}", at ?? Now);
}
