using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>
/// Parses and formats durations in plans and settings, such as <c>1800</c> (seconds), <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>3d</c> or
/// <c>250ms</c>.
/// </summary>
public static class Durations
{
    /// <summary>Parses a non-negative duration. Returns false if the text is not a valid duration.</summary>
    /// <param name="text">A number of seconds, or one or more numbers that each have a unit.</param>
    /// <param name="value">The duration, or zero if the text is invalid.</param>
    public static bool TryRead(string text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }
        if (!double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            while (!rest.IsEmpty)
            {
                if (!TryTakePart(ref rest, out var part))
                {
                    return false;
                }
                seconds += part;
            }
        }
        if (!(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
        {
            return false;
        }
        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Formats a duration in the largest unit that leaves no remainder.</summary>
    public static string Write(TimeSpan value)
    {
        var seconds = value.TotalSeconds;
        if (seconds % 1 != 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0}ms");
        }
        var (number, unit) = seconds switch
        {
            >= 86400 when seconds % 86400 == 0 => (seconds / 86400, "d"),
            >= 3600 when seconds % 3600 == 0 => (seconds / 3600, "h"),
            >= 60 when seconds % 60 == 0 => (seconds / 60, "m"),
            _ => (seconds, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number:0}{unit}");
    }

    // Reads one number and its unit, such as the '1h' of '1h30m'.
    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out double seconds)
    {
        var digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
        {
            digits++;
        }
        seconds = 0;
        if (digits == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        rest = rest[digits..].TrimStart();
        var letters = 0;
        while (letters < rest.Length && char.IsAsciiLetter(rest[letters]))
        {
            letters++;
        }
        double? factor = rest[..letters].ToString().ToLowerInvariant() switch
        {
            "ms" => 0.001,
            "s" or "sec" or "second" or "seconds" => 1,
            "m" or "min" or "minute" or "minutes" => 60,
            "h" or "hour" or "hours" => 3600,
            "d" or "day" or "days" => 86400,
            _ => null,
        };
        rest = rest[letters..].TrimStart();
        seconds = number * (factor ?? 0);
        return factor is not null;
    }
}
