using System.Globalization;

namespace Orchestrator.Settings;

/// <summary>Times as people write them: <c>1800</c> (seconds), <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>3d</c>, <c>250ms</c>.</summary>
public static class Durations
{
    /// <summary>Reads a time that is not negative; false for anything else.</summary>
    public static bool TryRead(string text, out TimeSpan value)
    {
        value = default;
        var split = text.Length;
        while (split > 0 && !char.IsAsciiDigit(text[split - 1]))
            split--;
        if (!double.TryParse(text.AsSpan(0, split), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        double? seconds = text[split..].Trim().ToLowerInvariant() switch
        {
            "" or "s" or "sec" or "second" or "seconds" => number,
            "ms" => number / 1000,
            "m" or "min" or "minute" or "minutes" => number * 60,
            "h" or "hour" or "hours" => number * 3600,
            "d" or "day" or "days" => number * 86400,
            _ => null,
        };
        if (seconds is not { } length || length > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        value = TimeSpan.FromSeconds(length);
        return true;
    }

    /// <summary>The time in its largest unit without a remainder.</summary>
    public static string Write(TimeSpan value)
    {
        var seconds = value.TotalSeconds;
        if (seconds % 1 != 0)
            return string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0}ms");
        var (number, unit) = seconds switch
        {
            >= 86400 when seconds % 86400 == 0 => (seconds / 86400, "d"),
            >= 3600 when seconds % 3600 == 0 => (seconds / 3600, "h"),
            >= 60 when seconds % 60 == 0 => (seconds / 60, "m"),
            _ => (seconds, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number:0}{unit}");
    }
}
