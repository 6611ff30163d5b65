namespace Temporal.Server.Visibility.Query;

/// <summary>
/// A resolved and validated condition on search attributes. Values are <see cref="string"/>, <see cref="long"/> or <see cref="double"/>.
/// </summary>
internal abstract record VisibilityFilter;

/// <summary>
/// Combines two conditions. Matches if both conditions match. If <paramref name="IsAnd"/> is false, one matching condition is enough.
/// </summary>
internal sealed record LogicalVisibilityFilter(bool IsAnd, VisibilityFilter Left, VisibilityFilter Right) : VisibilityFilter;

/// <summary>Matches if the inner condition does not.</summary>
internal sealed record NotVisibilityFilter(VisibilityFilter Inner) : VisibilityFilter;

/// <summary>Compares a single-valued attribute with <c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</summary>
internal sealed record ComparisonVisibilityFilter(SearchAttribute Attribute, string Operator, object Value) : VisibilityFilter;

/// <summary>Tests a single-valued attribute with <c>IN</c> or <c>NOT IN</c>.</summary>
internal sealed record InVisibilityFilter(SearchAttribute Attribute, IReadOnlyList<object> Values, bool Negated) : VisibilityFilter;

/// <summary>
/// Matches if a keyword list or a text contains any of the terms. If <paramref name="Negated"/> is true, matches if it contains none of
/// them.
/// </summary>
internal sealed record ContainsAnyTermVisibilityFilter(SearchAttribute Attribute, IReadOnlyList<string> Terms, bool Negated)
    : VisibilityFilter;

/// <summary>
/// Tests whether the value of an attribute is in a range, as with <c>BETWEEN</c> or <c>NOT BETWEEN</c>. The bounds are inclusive.
/// </summary>
internal sealed record RangeVisibilityFilter(SearchAttribute Attribute, object Low, object High, bool Negated) : VisibilityFilter;

/// <summary>Matches if an attribute has no value. If <paramref name="Negated"/> is true, matches if the attribute has a value.</summary>
internal sealed record IsNullVisibilityFilter(SearchAttribute Attribute, bool Negated) : VisibilityFilter;

/// <summary>
/// Matches if a value starts with the prefix. If <paramref name="Negated"/> is true, matches if the value does not start with the prefix.
/// </summary>
internal sealed record PrefixVisibilityFilter(SearchAttribute Attribute, string Prefix, bool Negated) : VisibilityFilter;

/// <summary>A query whose attribute names and values are resolved.</summary>
/// <param name="Where">The condition, or null for none.</param>
/// <param name="GroupByStatus">True to count runs per status.</param>
/// <param name="NamesDivision">True if the query names the namespace division; otherwise it covers only users' runs.</param>
internal sealed record VisibilityQuery(VisibilityFilter? Where, bool GroupByStatus, bool NamesDivision)
{
    /// <summary>The query that matches all runs except those of server components.</summary>
    public static VisibilityQuery Everything { get; } = new(null, GroupByStatus: false, NamesDivision: false);
}
