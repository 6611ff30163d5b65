namespace Temporal.Server.Visibility.Query;

/// <summary>
/// A condition over attributes, understood and checked; values are <see cref="string"/>, <see cref="long"/> or <see cref="double"/>.
/// </summary>
internal abstract record Filter;

/// <summary>Both (or, if not <paramref name="IsAnd"/>, any) of two conditions.</summary>
internal sealed record LogicalFilter(bool IsAnd, Filter Left, Filter Right) : Filter;

/// <summary>The opposite of a condition.</summary>
internal sealed record NotFilter(Filter Inner) : Filter;

/// <summary>
/// A comparison by <c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c> with a single-valued attribute.
/// </summary>
internal sealed record ComparisonFilter(SearchAttribute Attribute, string Operator, object Value) : Filter;

/// <summary>IN or NOT IN over a single-valued attribute.</summary>
internal sealed record InFilter(SearchAttribute Attribute, IReadOnlyList<object> Values, bool Negated) : Filter;

/// <summary>Matches if a keyword list or a text holds any of the terms.</summary>
internal sealed record TermsFilter(SearchAttribute Attribute, IReadOnlyList<string> Terms, bool Negated) : Filter;

/// <summary>BETWEEN or NOT BETWEEN, both ends included.</summary>
internal sealed record RangeFilter(SearchAttribute Attribute, object Low, object High, bool Negated) : Filter;

/// <summary>Matches if an attribute has no value.</summary>
internal sealed record NullFilter(SearchAttribute Attribute, bool Negated) : Filter;

/// <summary>Matches if a value begins with a text.</summary>
internal sealed record PrefixFilter(SearchAttribute Attribute, string Prefix, bool Negated) : Filter;

/// <summary>A whole query, understood.</summary>
/// <param name="Where">The condition; null for none.</param>
/// <param name="GroupByStatus">Whether counts are wanted per status.</param>
/// <param name="NamesDivision">Whether the query itself speaks of the namespace division; else only runs of users are meant.</param>
internal sealed record VisibilityQuery(Filter? Where, bool GroupByStatus, bool NamesDivision)
{
    /// <summary>The query that all runs of users satisfy.</summary>
    public static VisibilityQuery Everything { get; } = new(null, GroupByStatus: false, NamesDivision: false);
}
