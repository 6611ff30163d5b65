namespace Orchestrator.Usage;

/// <summary>Rules for budgets. No agent starts once a budget is used up, and running agents share the remainder.</summary>
public static class BudgetEnforcer
{
    /// <summary>Computes the remaining money and tokens of a budget. A value is null if the budget does not limit that unit.</summary>
    internal static (long? Micros, long? Tokens) Left(AccountLedgerSet book, BudgetCap cap)
    {
        var taken = book.SpentIn(cap.Scope).Plus(book.ReservedIn(cap.Scope));
        return (cap.Micros - taken.Micros, cap.Tokens - taken.Tokens);
    }

    internal static AgentAdmissionDecision? Refusal(AccountLedgerSet book, AgentStartRequest request, DateTimeOffset now)
    {
        foreach (var cap in request.Caps.Select(book.Current))
        {
            var (micros, tokens) = Left(book, cap);
            if (micros is not <= 0 && tokens is not <= 0)
            {
                continue;
            }
            var reserved = book.ReservedIn(cap.Scope);
            var spent = book.SpentIn(cap.Scope);
            return spent.Micros >= cap.Micros || spent.Tokens >= cap.Tokens
                ? new BudgetExhaustedAdmissionDecision(cap, spent)
                : new AgentStartDelayedDecision(
                    now + AgentStartAdmitter.Soon,
                    new BudgetReservedStartDelayCause(request.Account, cap, reserved)
                );
        }
        return null;
    }

    /// <summary>Raises a budget at a user's request. Refuses a new limit that is not above the amount already spent.</summary>
    /// <param name="cap">The budget with its new limit.</param>
    /// <returns>The new book, or null together with a sentence that gives the reason for the refusal.</returns>
    public static (AccountLedgerSet? Book, string Refusal) IncreaseLimit(
        AccountLedgerSet book,
        string account,
        BudgetCap cap,
        DateTimeOffset now
    )
    {
        var spent = book.SpentIn(cap.Scope).Plus(book.UsedIn(cap.Scope));
        if (cap.Micros <= spent.Micros)
        {
            return (null, $"{MicroDollars.Text(spent.Micros)} USD have already been spent, so the new limit must be higher.");
        }
        if (cap.Tokens <= spent.Tokens)
        {
            return (
                null,
                $"{Plural.Of(spent.Tokens, "token")} {Plural.Form(spent.Tokens, "has", "have")} already been used, so the "
                    + "new limit must be higher."
            );
        }
        var ledger = book.Of(account);
        var before = ledger.Raised.GetValueOrDefault(cap.Scope);
        var raised = new RaisedBudgetCap(cap.Micros ?? before?.Micros, cap.Tokens ?? before?.Tokens, now);
        return (book.With(ledger with { Raised = ledger.Raised.SetItem(cap.Scope, raised) }), "");
    }
}

/// <summary>
/// Computes the amount that one agent start reserves, which is a share of the remainder of each budget. Other agents can then start as
/// well. An agent that has used its grant finishes its current request and then requests a further grant.
/// </summary>
internal static class ReservationAmountCalculator
{
    /// <summary>
    /// Divisor for the minimum grant. A grant is at least 1/50 of the budget if that much is left, because even starting an agent costs
    /// something.
    /// </summary>
    private const long LeastPart = 50;

    /// <summary>Computes the grant for a start in money and tokens. A value is null if no budget limits that unit.</summary>
    public static (long? Micros, long? Tokens) Of(AccountLedgerSet book, AgentStartRequest request)
    {
        long? micros = null;
        long? tokens = null;
        foreach (var cap in request.Caps.Select(book.Current))
        {
            var (leftMicros, leftTokens) = BudgetEnforcer.Left(book, cap);
            var share = cap.Kind is BudgetCapKind.Attempt or BudgetCapKind.Task ? 1 : Math.Max(1, request.Share);
            micros = Smaller(micros, Part(leftMicros, cap.Micros, share));
            tokens = Smaller(tokens, Part(leftTokens, cap.Tokens, share));
        }
        return (micros, tokens);
    }

    private static long? Part(long? left, long? cap, int share) =>
        left is not { } all ? null : Math.Min(all, Math.Max(all / share, Math.Max(1, (cap ?? 0) / LeastPart)));

    internal static long? Smaller(long? one, long? other) =>
        one is null ? other
        : other is null ? one
        : Math.Min(one.Value, other.Value);
}
