namespace Orchestrator.Usage;

/// <summary>Divides calls between two keepers of ledgers that share no lock: the account's, with its slots, windows, blocks and its month's
/// budget, and one for the budgets of attempts, tasks, runs and days, which count over all accounts. Each scope is counted by one of them
/// alone.</summary>
public static class SharedBudgets
{
    /// <summary>The name of the ledger of budgets that count over all accounts.</summary>
    public const string Account = "budgets";

    /// <summary>True if a scope is counted over all accounts.</summary>
    public static bool IsShared(string scope) => !scope.StartsWith("account:", StringComparison.Ordinal);

    /// <summary>The part of a call for the account's own keeper.</summary>
    public static GovernorCall OfAccount(GovernorCall call) => call with { Start = Start(call, isShared: false), Ended = End(call, false) };

    /// <summary>The part of a call for the keeper of budgets over all accounts; null: none of it is.</summary>
    public static GovernorCall? OfBudgets(GovernorCall call)
    {
        var part = new GovernorCall
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

    /// <summary>A reservation that both have given: the smaller grant holds.</summary>
    public static Reservation Smaller(Reservation one, Reservation other) =>
        one with
        {
            GrantedMicros = Grants.Smaller(one.GrantedMicros, other.GrantedMicros),
            GrantedTokens = Grants.Smaller(one.GrantedTokens, other.GrantedTokens),
        };

    private static StartRequest? Start(GovernorCall call, bool isShared) =>
        call.Start is not { } start ? null
        : isShared ? start with { Account = Account, Slots = null, Caps = [.. start.Caps.Where(cap => IsShared(cap.Scope))] }
        : start with { Caps = [.. start.Caps.Where(cap => !IsShared(cap.Scope))] };

    private static RunEnd? End(GovernorCall call, bool isShared) =>
        call.Ended is { } end ? end with { Scopes = [.. end.Scopes.Where(scope => IsShared(scope) == isShared)] } : null;
}
