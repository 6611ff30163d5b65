using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Converts the literals of a query to stored values: times and durations in nanoseconds, statuses as numbers.</summary>
internal static partial class VisibilityQueryLiteralConverter
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Converts a value to the form in which the attribute's column stores it.</summary>
    /// <exception cref="VisibilityQueryException">The value has a type other than the attribute's.</exception>
    public static object Convert(SearchAttribute attribute, object value) =>
        attribute switch
        {
            { Name: SystemSearchAttributes.ExecutionStatus } => Status(value),
            { Name: SystemSearchAttributes.ExecutionDuration } => Duration(value),
            { Type: IndexedValueType.Datetime } => Time(value),
            _ when Fits(attribute.Type, value) => value is bool truth ? (truth ? 1L : 0L) : value,
            _ => throw VisibilityQueryException.Invalid(
                $"invalid value type for search attribute {attribute.Name} of type {attribute.TypeName}: {FormatValue(value)}"
            ),
        };

    private static bool Fits(IndexedValueType type, object value) =>
        type switch
        {
            IndexedValueType.Int or IndexedValueType.Double => value is long or double,
            IndexedValueType.Bool => value is bool,
            _ => value is string,
        };

    // The value with the name of its Go type, as in the Temporal server's message.
    private static string FormatValue(object value) =>
        value switch
        {
            string text => $"\"{text}\" (type: string)",
            bool truth => $"{(truth ? "true" : "false")} (type: bool)",
            double number => string.Create(CultureInfo.InvariantCulture, $"{number} (type: float64)"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value} (type: int64)"),
        };

    /// <summary>Converts a time to nanoseconds since 1970, clamped to the supported range (years 1677 to 2262).</summary>
    public static long Nanoseconds(DateTimeOffset time)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return ticks > long.MaxValue / NanosecondsPerTick ? long.MaxValue
            : ticks < long.MinValue / NanosecondsPerTick ? long.MinValue
            : ticks * NanosecondsPerTick;
    }

    /// <summary>Converts a time to nanoseconds since 1970, clamped to the supported range.</summary>
    public static long Nanoseconds(Timestamp time) =>
        time.Seconds switch
        {
            > 9_223_372_035 => long.MaxValue,
            < -9_223_372_035 => long.MinValue,
            _ => (time.Seconds * 1_000_000_000) + time.Nanos,
        };

    /// <summary>
    /// Parses an RFC 3339 time and keeps up to nine decimals of its seconds, or returns null if the time is not valid. The result is in
    /// nanoseconds since 1970.
    /// </summary>
    public static long? ParseTime(string text)
    {
        var match = Rfc3339().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var whole = match.Groups["whole"].Value.ToUpperInvariant();
        var zone = match.Groups["zone"].Value.ToUpperInvariant();
        if (
            !DateTimeOffset.TryParse(
                whole + (zone == "Z" ? "+00:00" : zone),
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
        {
            return null;
        }

        var fraction = match.Groups["fraction"].Value.PadRight(9, '0')[..9];
        var seconds = Nanoseconds(time);
        return seconds is long.MaxValue or long.MinValue ? seconds : seconds + long.Parse(fraction, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Parses the value of a time search attribute in strict RFC 3339 format, with any number of decimals after a point or comma. Returns
    /// null if the time is not valid.
    /// </summary>
    public static long? ParseAttributeTime(string text)
    {
        if (!StrictRfc3339().IsMatch(text))
        {
            return null;
        }

        // .NET does not support the year 0, which is far before the supported range anyway.
        var first = text.StartsWith("0000-", StringComparison.Ordinal);
        return first && ParseTime("2000" + text[4..].Replace(',', '.')) is not null ? long.MinValue
            : first ? null
            : ParseTime(text.Replace(',', '.'));
    }

    private static long Time(object value) =>
        value switch
        {
            long nanoseconds => nanoseconds,
            string text => ParseTime(text) ?? throw VisibilityQueryException.Invalid($"unable to parse datetime '{text}'"),
            _ => throw VisibilityQueryException.Invalid($"unable to parse datetime '{value}'"),
        };

    private static object Status(object value)
    {
        if (value is not string text)
        {
            return value is long number && System.Enum.IsDefined((WorkflowExecutionStatus)number)
                ? value
                : throw VisibilityQueryException.Invalid(
                    string.Create(CultureInfo.InvariantCulture, $"invalid ExecutionStatus value {value}")
                );
        }

        foreach (var status in System.Enum.GetValues<WorkflowExecutionStatus>())
        {
            if (
                text == WorkflowStatusFormatter.Of(status)
                || text == "WORKFLOW_EXECUTION_STATUS_" + ToUpperSnakeCase(WorkflowStatusFormatter.Of(status))
            )
            {
                return (long)status;
            }
        }

        throw VisibilityQueryException.Invalid($"invalid ExecutionStatus value '{text}'");
    }

    // Converts TimedOut to TIMED_OUT.
    private static string ToUpperSnakeCase(string name) => WordStart().Replace(name, "_$0").ToUpperInvariant();

    private static object Duration(object value)
    {
        if (value is not string text)
        {
            return value;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var nanoseconds))
        {
            return nanoseconds;
        }

        var clock = ClockDuration().Match(text);
        if (clock.Success)
        {
            return (long)(((Part(clock, "h") * 3600) + (Part(clock, "m") * 60) + Part(clock, "s")) * 1e9);
        }

        var match = UnitDuration().Match(text);
        if (!match.Success || match.Groups["n"].Captures.Count == 0)
        {
            throw VisibilityQueryException.Invalid($"invalid duration value for search attribute ExecutionDuration: {text}");
        }

        var sum = match
            .Groups["n"]
            .Captures.Zip(match.Groups["u"].Captures, (n, u) => double.Parse(n.Value, CultureInfo.InvariantCulture) * Unit(u.Value))
            .Sum();
        return (long)(text[0] == '-' ? -sum : sum);
    }

    private static double Part(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static double Unit(string unit) =>
        unit switch
        {
            "d" => 86_400e9,
            "h" => 3_600e9,
            "m" => 60e9,
            "s" => 1e9,
            "ms" => 1e6,
            "us" or "µs" => 1e3,
            _ => 1,
        };

    [GeneratedRegex(
        @"^(?<whole>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.(?<fraction>\d+))?(?<zone>[Zz]|[+-]\d\d:\d\d)$",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$", RegexOptions.ExplicitCapture)]
    private static partial Regex StrictRfc3339();

    [GeneratedRegex(@"^(?<h>\d+):(?<m>\d\d):(?<s>\d\d)$", RegexOptions.ExplicitCapture)]
    private static partial Regex ClockDuration();

    [GeneratedRegex(@"^[+-]?((?<n>\d+(\.\d*)?|\.\d+)(?<u>ns|us|µs|ms|s|m|h|d))+$", RegexOptions.ExplicitCapture)]
    private static partial Regex UnitDuration();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex WordStart();
}
