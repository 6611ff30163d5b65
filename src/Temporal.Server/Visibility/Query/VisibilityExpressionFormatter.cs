namespace Temporal.Server.Visibility.Query;

/// <summary>Formats expressions as in the Temporal server's messages.</summary>
internal static class VisibilityExpressionFormatter
{
    /// <summary>Formats an expression, with operators in lower case and strings in single quotes.</summary>
    public static string Of(VisibilityExpression expression) =>
        expression switch
        {
            IdentifierVisibilityExpression name => NeedsQuotes(name.Name) ? $"`{name.Name}`" : name.Name,
            LiteralVisibilityExpression literal => literal.Text,
            BooleanLiteralVisibilityExpression boolean => boolean.Value ? "true" : "false",
            NullLiteralVisibilityExpression => "null",
            TupleVisibilityExpression tuple => $"({string.Join(", ", tuple.Items.Select(Of))})",
            LogicalVisibilityExpression logical => $"{Of(logical.Left)} {(logical.IsAnd ? "and" : "or")} {Of(logical.Right)}",
            NotVisibilityExpression not => $"not {Of(not.Inner)}",
            ParenthesisVisibilityExpression parenthesis => $"({Of(parenthesis.Inner)})",
            ComparisonVisibilityExpression comparison => $"{Of(comparison.Left)} {comparison.Operator} {Of(comparison.Right)}",
            RangeVisibilityExpression range =>
                $"{Of(range.Left)} {(range.Negated ? "not between" : "between")} {Of(range.Low)} and {Of(range.High)}",
            UnsupportedVisibilityExpression other => other.Text,
            IsOperatorVisibilityExpression test => $"{Of(test.Inner)} is {(test.Negated ? "not " : "")}{test.What}",
            _ => throw new ArgumentOutOfRangeException(nameof(expression), expression.Kind, "not an expression that is written"),
        };

    /// <summary>Formats a string as a literal.</summary>
    public static string Quote(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static bool NeedsQuotes(string name) =>
        VisibilityQueryLexer.IsKeyword(name) || name.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '@' or '$'));
}
