namespace Orchestrator.Usage;

/// <summary>Money as whole millionths of a US dollar: sums are exact, whoever adds them up.</summary>
public static class MicroDollars
{
    /// <summary>One US dollar.</summary>
    public const long PerDollar = 1_000_000;

    /// <summary>US dollars as millionths, rounded up: no cost is lost.</summary>
    public static long Of(decimal dollars) => (long)Math.Ceiling(Math.Clamp(dollars, -1_000_000_000m, 1_000_000_000m) * PerDollar);

    /// <summary>Millionths as US dollars.</summary>
    public static decimal ToDollars(long micros) => (decimal)micros / PerDollar;

    /// <summary>For people: cents, and more digits below one cent.</summary>
    public static string Text(long micros) =>
        ToDollars(micros).ToString(micros is > -10_000 and < 10_000 and not 0 ? "0.00##" : "0.00", CultureInfo.InvariantCulture);
}
