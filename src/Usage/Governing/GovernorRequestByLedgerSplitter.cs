namespace Orchestrator.Usage;

/// <summary>
/// Splits governor calls between two ledgers that have no common lock. The account's ledger holds its slots, windows, backoffs and monthly
/// budget. The shared ledger holds the budgets of attempts, tasks, runs and days, which span all accounts. Each scope is counted in exactly
/// one of the two ledgers.
/// </summary>
public static class GovernorRequestByLedgerSplitter
{
    /// <summary>Name of the ledger for budgets that all accounts share.</summary>
    public const string Account = "budgets";

    /// <summary>True if all accounts share the budget of a scope.</summary>
    public static bool IsShared(string scope) => !scope.StartsWith("account:", StringComparison.Ordinal);

    /// <summary>Extracts the part of a call for the account's ledger.</summary>
    public static AccountGovernorRequest OfAccount(AccountGovernorRequest call) =>
        call with
        {
            Start = Start(call, isShared: false),
            Ended = End(call, false),
        };

    /// <summary>Extracts the part of a call for the shared ledger, or returns null if there is nothing to send.</summary>
    public static AccountGovernorRequest? OfBudgets(AccountGovernorRequest call)
    {
        var part = new AccountGovernorRequest
        {
            RequestId = call.RequestId,
            Account = Account,
            Id = call.Id,
            IfHeldBy = call.IfHeldBy,
            TakenOverBy = call.TakenOverBy,
            Used = call.Used,
            Ended = End(call, isShared: true),
            Released = call.Released,
            Lost = call.Lost,
            Start = call.OnlyInLine ? null : Start(call, isShared: true),
        };
        return part is { TakenOverBy: null, Used: null, Ended: null, Released: false, Lost: false, Start: null } ? null : part;
    }

    /// <summary>Combines the reservations from both ledgers. The smaller grant applies, separately for money and for tokens.</summary>
    public static AgentRunAccountReservation Smaller(AgentRunAccountReservation one, AgentRunAccountReservation other) =>
        one with
        {
            GrantedMicros = ReservationAmountCalculator.Smaller(one.GrantedMicros, other.GrantedMicros),
            GrantedTokens = ReservationAmountCalculator.Smaller(one.GrantedTokens, other.GrantedTokens),
        };

    private static AgentStartRequest? Start(AccountGovernorRequest call, bool isShared) =>
        call.Start is not { } start ? null
        : isShared ? start with { Account = Account, Slots = null, Caps = [.. start.Caps.Where(cap => IsShared(cap.Scope))] }
        : start with { Caps = [.. start.Caps.Where(cap => !IsShared(cap.Scope))] };

    private static EndedAgentRunUsage? End(AccountGovernorRequest call, bool isShared) =>
        call.Ended is { } end ? end with { Scopes = [.. end.Scopes.Where(scope => IsShared(scope) == isShared)] } : null;
}
