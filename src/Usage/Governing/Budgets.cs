namespace Orchestrator.Usage;

/// <summary>Budgets: no start passes one, and what is left is shared.</summary>
public static class Budgets
{
    /// <summary>The rest of a budget.</summary>
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

    /// <summary>A person raises a budget. It must be more than what is spent of it, or it would stop at once.</summary>
    /// <param name="cap">The budget with its new limit.</param>
    /// <returns>The book, or why it is refused, in a sentence.</returns>
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

/// <summary>The part of the budgets that one start reserves: a share of the rest, so that others can start, too. An agent that has used it
/// ends its request in flight and asks for more.</summary>
internal static class Grants
{
    /// <summary>The least that is reserved of a budget where it is there: a start costs something itself.</summary>
    private const long LeastPart = 50;

    /// <summary>Money and tokens for a start; null: no budget limits them.</summary>
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
