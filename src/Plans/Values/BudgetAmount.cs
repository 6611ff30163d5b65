using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Limit of a budget, in either money or tokens.</summary>
/// <param name="Usd">Limit in US dollars, or null for a token limit.</param>
/// <param name="Tokens">Limit in tokens of all kinds, including cached tokens. Null for a money limit.</param>
public sealed record BudgetAmount(decimal? Usd, long? Tokens)
{
    /// <summary>User-facing description of valid amounts.</summary>
    public const string Accepts = "a positive amount in US dollars, such as 20 or 7.50, or in tokens, such as '2M tokens'";

    private const decimal MostDollars = 1_000_000m;
    private const long MostTokens = 1_000_000_000_000;

    /// <summary>Parses a budget limit.</summary>
    /// <returns>The amount, or null if the text is invalid, 0 or implausibly large.</returns>
    public static BudgetAmount? TryRead(string text)
    {
        var trimmed = text.Trim();
        var tokens = trimmed.EndsWith("tokens", StringComparison.OrdinalIgnoreCase);
        var number = (tokens ? trimmed[..^6] : trimmed.TrimEnd('D', 'S', 'U', 'd', 's', 'u').Trim('$', ' ')).Trim();
        var factor = tokens ? FactorOf(ref number) : 1;
        return !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount <= 0 ? null
            : tokens
                ? amount * factor is >= 1 and <= MostTokens ? new BudgetAmount(null, (long)(amount * factor))
                    : null
            : amount <= MostDollars && decimal.Round(amount, 6) > 0 ? new BudgetAmount(decimal.Round(amount, 6), null)
            : null;
    }

    /// <summary>Formats the amount in the notation of settings files, such as <c>7.50</c> or <c>2000 tokens</c>.</summary>
    public override string ToString() =>
        Tokens is { } tokens ? Plural.Of(tokens, "token") : (Usd ?? 0).ToString(CultureInfo.InvariantCulture);

    private static long FactorOf(ref string number)
    {
        var factor =
            number.Length == 0 ? 1
            : number[^1] is 'k' or 'K' ? 1_000
            : number[^1] is 'M' or 'm' ? 1_000_000
            : 1;
        number = factor == 1 ? number : number[..^1].Trim();
        return factor;
    }
}
