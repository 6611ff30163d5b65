using System.Globalization;
using System.Text.RegularExpressions;
using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>Parses a cron string into a structured calendar, or <c>@every</c> into an interval.</summary>
internal static partial class CronTextParser
{
    /// <summary>A cron string parsed into either a calendar or an interval.</summary>
    /// <param name="Zone">Name of the time zone in the string, or null for none.</param>
    internal sealed record CronParseResult(StructuredCalendarSpec? Calendar, IntervalSpec? Interval, string? Zone);

    /// <summary>
    /// Parses <c>[CRON_TZ=ZONE] FIELDS [# COMMENT]</c>. <c>FIELDS</c> is five to seven fields, a name such as <c>@daily</c>, or <c>@every
    /// INTERVAL</c>.
    /// </summary>
    /// <exception cref="ScheduleSpecException">The text is not a valid cron string.</exception>
    public static CronParseResult Parse(string text)
    {
        var comment = "";
        if (text.IndexOf('#', StringComparison.Ordinal) is var hash and >= 0)
        {
            comment = text[(hash + 1)..].Trim();
            text = text[..hash];
        }

        text = text.Trim();
        string? zone = null;
        var prefix = Zone().Match(text);
        if (prefix.Success)
        {
            zone = prefix.Groups["zone"].Value;
            text = text[prefix.Length..].Trim();
        }

        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            return new CronParseResult(null, Every(text["@every ".Length..]), zone);
        }

        var fields = Named(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var calendar = fields.Length switch
        {
            5 => new CalendarSpec
            {
                Minute = fields[0],
                Hour = fields[1],
                DayOfMonth = fields[2],
                Month = fields[3],
                DayOfWeek = fields[4],
            },
            6 => new CalendarSpec
            {
                Minute = fields[0],
                Hour = fields[1],
                DayOfMonth = fields[2],
                Month = fields[3],
                DayOfWeek = fields[4],
                Year = fields[5],
            },
            7 => new CalendarSpec
            {
                Second = fields[0],
                Minute = fields[1],
                Hour = fields[2],
                DayOfMonth = fields[3],
                Month = fields[4],
                DayOfWeek = fields[5],
                Year = fields[6],
            },
            _ => throw new ScheduleSpecException("CronString does not have 5-7 fields"),
        };
        calendar.Comment = comment;
        return new CronParseResult(ScheduleSpecNormalizer.Structure(calendar), null, zone);
    }

    private static string Named(string text) =>
        text switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => text,
        };

    private static IntervalSpec Every(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2 || Duration(parts[0]) is not { } interval)
        {
            throw new ScheduleSpecException($"unable to parse interval: {text}");
        }

        var spec = new IntervalSpec { Interval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(interval) };
        if (parts.Length == 2)
        {
            spec.Phase = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(
                Duration(parts[1]) ?? throw new ScheduleSpecException($"unable to parse interval: {text}")
            );
        }

        return spec;
    }

    private static TimeSpan? Duration(string text)
    {
        var match = Units().Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        var seconds = match
            .Groups["n"]
            .Captures.Zip(match.Groups["u"].Captures, (n, u) => double.Parse(n.Value, CultureInfo.InvariantCulture) * Seconds(u.Value))
            .Sum();
        return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double Seconds(string unit) =>
        unit switch
        {
            "d" => 86_400,
            "h" => 3_600,
            "m" => 60,
            "s" => 1,
            _ => 0.001,
        };

    [GeneratedRegex(@"^(CRON_TZ|TZ)=(?<zone>\S+)\s", RegexOptions.ExplicitCapture)]
    private static partial Regex Zone();

    [GeneratedRegex(@"^((?<n>\d+(\.\d+)?)(?<u>ms|s|m|h|d))+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Units();
}
