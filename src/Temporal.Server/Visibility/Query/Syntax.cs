namespace Temporal.Server.Visibility.Query;

/// <summary>A query as it was written, before names and values are understood.</summary>
/// <param name="Where">The condition; null for none.</param>
/// <param name="GroupBy">The fields of GROUP BY, in order.</param>
/// <param name="OrderBy">The fields of ORDER BY, in order.</param>
/// <param name="HasLimit">Whether there is a LIMIT clause.</param>
internal sealed record QuerySyntax(Expression? Where, IReadOnlyList<Expression> GroupBy, IReadOnlyList<Expression> OrderBy, bool HasLimit);

/// <summary>A part of a condition.</summary>
internal abstract record Expression
{
    /// <summary>Name of the kind in the real server's parser, which its messages show.</summary>
    public abstract string Kind { get; }
}

/// <summary>A name.</summary>
internal sealed record NameExpression(string Name) : Expression
{
    public override string Kind => "*sqlparser.ColName";
}

/// <summary>A literal: <see cref="string"/>, <see cref="long"/> or <see cref="double"/>.</summary>
/// <param name="Value">The value.</param>
/// <param name="Text">How it is written in messages.</param>
internal sealed record LiteralExpression(object Value, string Text) : Expression
{
    public override string Kind => "*sqlparser.SQLVal";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed record BooleanExpression(bool Value) : Expression
{
    public override string Kind => "sqlparser.BoolVal";
}

/// <summary><c>null</c>.</summary>
internal sealed record NullExpression : Expression
{
    public override string Kind => "*sqlparser.NullVal";
}

/// <summary>A list in parentheses, the right side of IN.</summary>
internal sealed record TupleExpression(IReadOnlyList<Expression> Items) : Expression
{
    public override string Kind => "sqlparser.ValTuple";
}

/// <summary>AND or OR.</summary>
internal sealed record LogicalExpression(bool IsAnd, Expression Left, Expression Right) : Expression
{
    public override string Kind => IsAnd ? "*sqlparser.AndExpr" : "*sqlparser.OrExpr";
}

/// <summary>NOT.</summary>
internal sealed record NotExpression(Expression Inner) : Expression
{
    public override string Kind => "*sqlparser.NotExpr";
}

/// <summary>Parentheses.</summary>
internal sealed record ParenthesisExpression(Expression Inner) : Expression
{
    public override string Kind => "*sqlparser.ParenExpr";
}

/// <summary>The parts of the language that no query may use: arithmetic, subqueries.</summary>
/// <param name="Name">Name of the kind.</param>
/// <param name="Text">How it is written in messages.</param>
internal sealed record OtherExpression(string Name, string Text) : Expression
{
    public override string Kind => Name;
}

/// <summary>A comparison by an operator in lower case, such as <c>!=</c>, <c>not in</c>, <c>starts_with</c>.</summary>
internal sealed record ComparisonExpression(Expression Left, string Operator, Expression Right) : Expression
{
    public override string Kind => "*sqlparser.ComparisonExpr";
}

/// <summary>BETWEEN or NOT BETWEEN.</summary>
internal sealed record RangeExpression(Expression Left, bool Negated, Expression Low, Expression High) : Expression
{
    public override string Kind => "*sqlparser.RangeCond";
}

/// <summary>IS with <c>null</c>, <c>true</c> or <c>false</c>.</summary>
internal sealed record IsExpression(Expression Inner, string What, bool Negated) : Expression
{
    public override string Kind => "*sqlparser.IsExpr";
}
