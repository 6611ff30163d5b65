using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Expected value of a measurement.</summary>
/// <param name="Operator">One of <c>&gt;=</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&lt;</c>, <c>==</c>.</param>
/// <param name="Number">Number that the measured value is compared with.</param>
/// <param name="Tolerance">Allowed deviation as a fraction of <paramref name="Number"/>, where 0.05 means 5%.</param>
public sealed record MeasurementExpectation(string Operator, decimal Number, decimal Tolerance)
{
    /// <summary>Description of the format of an expectation, phrased as a suggested fix.</summary>
    public const string Rule = "Write an operator (>=, <=, >, <, ==) and a number without its unit, in quotes: '>= 1.5'.";

    /// <summary>Description of the format of a tolerance, phrased as a suggested fix.</summary>
    public const string ToleranceRule = "Write the tolerance as a fraction below 1 of the expected number, such as 0.05 or '5%'.";

    // Keeps sums far below the range of decimal.
    private const decimal Largest = 1e27m;

    // Longer operators come first because some are prefixes of others.
    private static readonly string[] Operators = [">=", "<=", "==", ">", "<"];

    /// <summary>Parses an expectation such as <c>&gt;= 1.5</c>. Returns null if it is invalid.</summary>
    public static MeasurementExpectation? TryParse(string text, decimal tolerance = 0)
    {
        var written = text.Trim();
        return
            Operators.FirstOrDefault(o => written.StartsWith(o, StringComparison.Ordinal)) is { } found
            && NumberOf(written[found.Length..]) is { } number
            ? new MeasurementExpectation(found, number, tolerance)
            : null;
    }

    /// <summary>Parses a tolerance such as <c>0.05</c> or <c>5%</c>. Returns null if it is not a fraction.</summary>
    public static decimal? TolerancePart(string text)
    {
        var written = text.Trim();
        var part = written.EndsWith('%') ? NumberOf(written[..^1]) / 100 : NumberOf(written);
        return part is >= 0 and < 1 ? part : null;
    }

    /// <summary>Parses a number without a unit, with an optional decimal point and exponent. Returns null for any other text.</summary>
    public static decimal? NumberOf(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= Largest
            ? number
            : null;

    /// <summary>True if a number meets the expectation within the tolerance.</summary>
    /// <param name="measured">A number from <see cref="NumberOf"/>.</param>
    public bool IsMetBy(decimal measured)
    {
        var slack = Math.Abs(Number) * Tolerance;
        return Operator switch
        {
            ">=" => measured >= Number - slack,
            ">" => measured > Number - slack,
            "<=" => measured <= Number + slack,
            "<" => measured < Number + slack,
            _ => Math.Abs(measured - Number) <= slack,
        };
    }

    /// <summary>Formats the expectation, for example <c>&gt;= 1.5, 5% tolerance</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Operator} {Number}{(Tolerance == 0 ? "" : $", {Tolerance * 100:0.##########}% tolerance")}"
        );
}
