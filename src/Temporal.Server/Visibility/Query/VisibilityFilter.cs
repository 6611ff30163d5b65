namespace Temporal.Server.Visibility.Query;

/// <summary>
/// A resolved and validated condition on search attributes. Values are <see cref="string"/>, <see cref="long"/> or <see cref="double"/>.
/// </summary>
internal abstract record VisibilityFilter;

/// <summary>Matches if both conditions match or, unless <paramref name="IsAnd"/> is true, if at least one of them matches.</summary>
internal sealed record LogicalVisibilityFilter(bool IsAnd, VisibilityFilter Left, VisibilityFilter Right) : VisibilityFilter;

/// <summary>Matches if the inner condition does not.</summary>
internal sealed record NotVisibilityFilter(VisibilityFilter Inner) : VisibilityFilter;

/// <summary>Compares a single-valued attribute with <c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</summary>
internal sealed record ComparisonVisibilityFilter(SearchAttribute Attribute, string Operator, object Value) : VisibilityFilter;

/// <summary>Tests a single-valued attribute with <c>IN</c> or <c>NOT IN</c>.</summary>
internal sealed record InVisibilityFilter(SearchAttribute Attribute, IReadOnlyList<object> Values, bool Negated) : VisibilityFilter;

/// <summary>Matches if a keyword list or a text contains any of the terms.</summary>
internal sealed record AnyTermVisibilityFilter(SearchAttribute Attribute, IReadOnlyList<string> Terms, bool Negated) : VisibilityFilter;

/// <summary>Tests an attribute with <c>BETWEEN</c> or <c>NOT BETWEEN</c>, whose bounds are inclusive.</summary>
internal sealed record RangeVisibilityFilter(SearchAttribute Attribute, object Low, object High, bool Negated) : VisibilityFilter;

/// <summary>Matches if an attribute has no value.</summary>
internal sealed record NullVisibilityFilter(SearchAttribute Attribute, bool Negated) : VisibilityFilter;

/// <summary>Matches if a value starts with the prefix.</summary>
internal sealed record PrefixVisibilityFilter(SearchAttribute Attribute, string Prefix, bool Negated) : VisibilityFilter;

/// <summary>A query whose attribute names are resolved.</summary>
/// <param name="Where">The condition, or null for none.</param>
/// <param name="GroupByStatus">True to count runs per status.</param>
/// <param name="NamesDivision">True if the query names the namespace division; otherwise it covers only users' runs.</param>
internal sealed record VisibilityQuery(VisibilityFilter? Where, bool GroupByStatus, bool NamesDivision)
{
    /// <summary>The query that matches all users' runs.</summary>
    public static VisibilityQuery Everything { get; } = new(null, GroupByStatus: false, NamesDivision: false);
}
