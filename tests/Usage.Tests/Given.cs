namespace Orchestrator.Usage.Tests;

/// <summary>Requests and facts of tests.</summary>
internal static class Given
{
    public const string Account = "claude";
    public const long Dollar = MicroDollars.PerDollar;

    public static DateTimeOffset Now { get; } = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);

    public static string RunScope { get; } = BudgetScopeNames.Run("repo", "run");

    public static BudgetCap RunCap(long micros) => new(BudgetCapKind.Run, RunScope, micros);

    public static AgentStartRequest Request(string id, params BudgetCap[] caps) =>
        new()
        {
            Id = id,
            Account = Account,
            Repository = "repo",
            Run = "run",
            Task = id,
            Attempt = 1,
            Holder = new AgentRunReservationHolderProcess("host", "1"),
            Caps = caps,
        };

    public static AccountLedgerSet Admit(this AccountLedgerSet book, AgentStartRequest request, DateTimeOffset? at = null) =>
        AgentStartAdmitter.Admit(book, request, at ?? Now) is (var next, AgentAdmittedDecision)
            ? next
            : throw new InvalidOperationException("It was not admitted.");

    public static AgentAdmissionDecision Ask(this AccountLedgerSet book, AgentStartRequest request, DateTimeOffset? at = null) =>
        AgentStartAdmitter.Admit(book, request, at ?? Now).Admission;

    public static AccountLedgerSet Settle(this AccountLedgerSet book, string id, long micros, string account = Account) =>
        AgentStartAdmitter.SettleReservation(book, account, id, new MoneyAndTokenAmount(micros, 0), [], Now).Book;

    public static AccountLedgerSet Block(this AccountLedgerSet book, string id, DateTimeOffset? reset, DateTimeOffset? at = null) =>
        AccountBackoffCalculator.Block(book, Account, id, new("five_hour", reset, $"usage_limit_reached of {id}"), at ?? Now);
}
