namespace Orchestrator.Usage;

/// <summary>Converts money to and from whole millionths of a US dollar. Sums of whole numbers are exact in any order.</summary>
public static class MicroDollars
{
    /// <summary>Number of micro-dollars in one US dollar.</summary>
    public const long PerDollar = 1_000_000;

    /// <summary>Converts US dollars to millionths, rounded up so that no cost is lost.</summary>
    public static long Of(decimal dollars) => (long)Math.Ceiling(Math.Clamp(dollars, -1_000_000_000m, 1_000_000_000m) * PerDollar);

    /// <summary>Converts millionths to US dollars.</summary>
    public static decimal ToDollars(long micros) => (decimal)micros / PerDollar;

    /// <summary>Formats an amount for display with two decimal places, or up to four for amounts below one cent.</summary>
    public static string Text(long micros) =>
        ToDollars(micros).ToString(micros is > -10_000 and < 10_000 and not 0 ? "0.00##" : "0.00", CultureInfo.InvariantCulture);
}
