namespace Orchestrator.Usage;

/// <summary>Budget rules: no agent starts beyond a budget, and agents share the remainder.</summary>
public static class Budgets
{
    /// <summary>Computes the rest of a budget; null for an amount that it does not limit.</summary>
    internal static (long? Micros, long? Tokens) Left(LedgerBook book, Cap cap)
    {
        var taken = book.SpentIn(cap.Scope).Plus(book.ReservedIn(cap.Scope));
        return (cap.Micros - taken.Micros, cap.Tokens - taken.Tokens);
    }

    internal static Admission? Refusal(LedgerBook book, StartRequest request, DateTimeOffset now)
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
                ? new Ask(cap, spent)
                : new Wait(now + Governor.Soon, new BudgetReserved(request.Account, cap, reserved));
        }
        return null;
    }

    /// <summary>
    /// Raises a budget for a user. The new limit must exceed the spent amount, since the budget would be exhausted at once otherwise.
    /// </summary>
    /// <param name="cap">The budget with its new limit.</param>
    /// <returns>The new book, or null with the reason of the refusal as a sentence.</returns>
    public static (LedgerBook? Book, string Refusal) Lift(LedgerBook book, string account, Cap cap, DateTimeOffset now)
    {
        var spent = book.SpentIn(cap.Scope).Plus(book.UsedIn(cap.Scope));
        if (cap.Micros <= spent.Micros)
        {
            return (null, $"{MicroDollars.Text(spent.Micros)} USD are spent already: give more than that.");
        }
        if (cap.Tokens <= spent.Tokens)
        {
            return (
                null,
                $"{Plural.Of(spent.Tokens, "token")} {Plural.Form(spent.Tokens, "is", "are")} used already: give more than that."
            );
        }
        var ledger = book.Of(account);
        var before = ledger.Raised.GetValueOrDefault(cap.Scope);
        var raised = new RaisedCap(cap.Micros ?? before?.Micros, cap.Tokens ?? before?.Tokens, now);
        return (book.With(ledger with { Raised = ledger.Raised.SetItem(cap.Scope, raised) }), "");
    }
}

/// <summary>
/// Computes the amount that one start reserves: a share of the rest of each budget, so that other agents can start, too. An agent that has
/// used its grant finishes its current request and then requests more.
/// </summary>
internal static class Grants
{
    /// <summary>
    /// Divisor of the minimum grant: at least 1/50 of the budget, if that much is left, because even the start of an agent costs
    /// something.
    /// </summary>
    private const long LeastPart = 50;

    /// <summary>Computes money and tokens for a start; null for an amount that no budget limits.</summary>
    public static (long? Micros, long? Tokens) Of(LedgerBook book, StartRequest request)
    {
        long? micros = null;
        long? tokens = null;
        foreach (var cap in request.Caps.Select(book.Current))
        {
            var (leftMicros, leftTokens) = Budgets.Left(book, cap);
            var share = cap.Kind is CapKind.Attempt or CapKind.Task ? 1 : Math.Max(1, request.Share);
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
