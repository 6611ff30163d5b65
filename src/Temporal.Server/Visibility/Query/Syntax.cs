namespace Temporal.Server.Visibility.Query;

/// <summary>A parsed query, before its names and values are resolved.</summary>
/// <param name="Where">The condition, or null for none.</param>
/// <param name="GroupBy">Fields of GROUP BY, in order.</param>
/// <param name="OrderBy">Fields of ORDER BY, in order.</param>
/// <param name="HasLimit">True if the query has a LIMIT clause.</param>
internal sealed record ParsedVisibilityQuery(
    VisibilityExpression? Where,
    IReadOnlyList<VisibilityExpression> GroupBy,
    IReadOnlyList<VisibilityExpression> OrderBy,
    bool HasLimit
);

/// <summary>An expression in a condition.</summary>
internal abstract record VisibilityExpression
{
    /// <summary>Name of this kind of expression in the parser and the error messages of the Temporal server.</summary>
    public abstract string Kind { get; }
}

/// <summary>An identifier.</summary>
internal sealed record IdentifierVisibilityExpression(string Name) : VisibilityExpression
{
    public override string Kind => "*sqlparser.ColName";
}

/// <summary>A string or number literal, whose value is a <see cref="string"/>, <see cref="long"/> or <see cref="double"/>.</summary>
/// <param name="Value">The value.</param>
/// <param name="Text">Text of the literal in messages.</param>
internal sealed record LiteralVisibilityExpression(object Value, string Text) : VisibilityExpression
{
    public override string Kind => "*sqlparser.SQLVal";
}

/// <summary>The literal true or false.</summary>
internal sealed record BooleanLiteralVisibilityExpression(bool Value) : VisibilityExpression
{
    public override string Kind => "sqlparser.BoolVal";
}

/// <summary>The literal null.</summary>
internal sealed record NullLiteralVisibilityExpression : VisibilityExpression
{
    public override string Kind => "*sqlparser.NullVal";
}

/// <summary>A list in parentheses, as on the right side of <c>IN</c>.</summary>
internal sealed record TupleVisibilityExpression(IReadOnlyList<VisibilityExpression> Items) : VisibilityExpression
{
    public override string Kind => "sqlparser.ValTuple";
}

/// <summary>Two expressions combined by AND or OR.</summary>
internal sealed record LogicalVisibilityExpression(bool IsAnd, VisibilityExpression Left, VisibilityExpression Right) : VisibilityExpression
{
    public override string Kind => IsAnd ? "*sqlparser.AndExpr" : "*sqlparser.OrExpr";
}

/// <summary>Negation of an expression.</summary>
internal sealed record NotVisibilityExpression(VisibilityExpression Inner) : VisibilityExpression
{
    public override string Kind => "*sqlparser.NotExpr";
}

/// <summary>An expression in parentheses.</summary>
internal sealed record ParenthesisVisibilityExpression(VisibilityExpression Inner) : VisibilityExpression
{
    public override string Kind => "*sqlparser.ParenExpr";
}

/// <summary>An expression that is not supported in any query: arithmetic or a subquery.</summary>
/// <param name="Name">Name of the kind.</param>
/// <param name="Text">Text of the expression in messages.</param>
internal sealed record UnsupportedVisibilityExpression(string Name, string Text) : VisibilityExpression
{
    public override string Kind => Name;
}

/// <summary>A comparison with an operator in lower case, such as <c>!=</c>, <c>not in</c>, <c>starts_with</c>.</summary>
internal sealed record ComparisonVisibilityExpression(VisibilityExpression Left, string Operator, VisibilityExpression Right)
    : VisibilityExpression
{
    public override string Kind => "*sqlparser.ComparisonExpr";
}

/// <summary>A comparison with <c>BETWEEN</c> or <c>NOT BETWEEN</c>.</summary>
internal sealed record RangeVisibilityExpression(
    VisibilityExpression Left,
    bool Negated,
    VisibilityExpression Low,
    VisibilityExpression High
) : VisibilityExpression
{
    public override string Kind => "*sqlparser.RangeCond";
}

/// <summary>A test with <c>IS</c> for <c>null</c>, <c>true</c> or <c>false</c>.</summary>
internal sealed record IsOperatorVisibilityExpression(VisibilityExpression Inner, string What, bool Negated) : VisibilityExpression
{
    public override string Kind => "*sqlparser.IsExpr";
}
