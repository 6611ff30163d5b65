using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>The expected value of a measurement.</summary>
/// <param name="Operator">One of <c>&gt;=</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&lt;</c>, <c>==</c>.</param>
/// <param name="Number">The number it is compared with.</param>
/// <param name="Tolerance">Tolerated deviation as a fraction of <paramref name="Number"/>: 0.05 is 5%.</param>
public sealed record Expectation(string Operator, decimal Number, decimal Tolerance)
{
    /// <summary>The form of an expectation, as the cure of a fault.</summary>
    public const string Rule = "Write an operator (>=, <=, >, <, ==) and a number without its unit, in quotes: '>= 1.5'.";

    /// <summary>The form of a tolerance, as the cure of a fault.</summary>
    public const string ToleranceRule = "Write a part of the expected number that is less than the whole of it: 0.05 or '5%'.";

    // Far from where sums overflow.
    private const decimal Largest = 1e27m;

    // The longer ones first: each begins with another.
    private static readonly string[] Operators = [">=", "<=", "==", ">", "<"];

    /// <summary>Parses <c>&gt;= 1.5</c>; null where it is invalid.</summary>
    public static Expectation? TryParse(string text, decimal tolerance = 0)
    {
        var written = text.Trim();
        return
            Operators.FirstOrDefault(o => written.StartsWith(o, StringComparison.Ordinal)) is { } found
            && NumberOf(written[found.Length..]) is { } number
            ? new Expectation(found, number, tolerance)
            : null;
    }

    /// <summary>Parses <c>0.05</c> or <c>5%</c>; null where it is no fraction.</summary>
    public static decimal? TolerancePart(string text)
    {
        var written = text.Trim();
        var part = written.EndsWith('%') ? NumberOf(written[..^1]) / 100 : NumberOf(written);
        return part is >= 0 and < 1 ? part : null;
    }

    /// <summary>A number with a decimal point, perhaps with an exponent, without a unit; null for other text.</summary>
    public static decimal? NumberOf(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= Largest
            ? number
            : null;

    /// <summary>True if a number meets the expectation, within the tolerance.</summary>
    /// <param name="measured">As <see cref="NumberOf"/> gives it.</param>
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

    /// <summary>The expectation as text: <c>&gt;= 1.5, 5% tolerance</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Operator} {Number}{(Tolerance == 0 ? "" : $", {Tolerance * 100:0.##########}% tolerance")}"
        );
}
