using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Parses and formats sizes such as a number of bytes, <c>512MB</c>, <c>2 GB</c> or <c>0.8 GiB</c>.</summary>
public static class ByteSizes
{
    /// <summary>Parses a non-negative size in bytes. Returns false if the text is not a valid size.</summary>
    public static bool TryRead(string text, out long value)
    {
        value = 0;
        var split = text.Length;
        while (split > 0 && !char.IsAsciiDigit(text[split - 1]))
        {
            split--;
        }
        if (!double.TryParse(text.AsSpan(0, split), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        double? unit = text[split..].Trim().ToLowerInvariant() switch
        {
            "" or "b" => 1,
            "k" or "kb" => 1e3,
            "kib" => 1024,
            "m" or "mb" => 1e6,
            "mib" => 1024 * 1024,
            "g" or "gb" => 1e9,
            "gib" => 1024d * 1024 * 1024,
            "t" or "tb" => 1e12,
            _ => null,
        };
        if (unit is not { } factor || number * factor > 1e18)
        {
            return false;
        }
        value = (long)(number * factor);
        return true;
    }

    /// <summary>Formats a size in GB, MB or bytes, whichever is the largest of these units that leaves no remainder.</summary>
    public static string Write(long value) =>
        value switch
        {
            > 0 when value % 1_000_000_000 == 0 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000_000}GB"),
            > 0 when value % 1_000_000 == 0 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000}MB"),
            _ => value.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>
    /// Formats a size for display, rounded to at most one decimal in a suitable unit, such as <c>512 bytes</c>, <c>1.5 MB</c> or <c>23.4
    /// GB</c>.
    /// </summary>
    public static string Describe(long value) =>
        value switch
        {
            < 1_000 => Plural.Of(value, "byte"),
            < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#} kB"),
            < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.#} MB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.#} GB"),
        };
}
