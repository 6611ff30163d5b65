namespace Temporal.Server.Visibility.Query;

/// <summary>Formats expressions as in the Temporal server's messages.</summary>
internal static class VisibilityExpressionFormatter
{
    /// <summary>Formats an expression: operators in lower case, strings in single quotes.</summary>
    public static string Of(VisibilityExpression expression) =>
        expression switch
        {
            IdentifierExpression name => NeedsQuotes(name.Name) ? $"`{name.Name}`" : name.Name,
            LiteralExpression literal => literal.Text,
            BooleanLiteralExpression boolean => boolean.Value ? "true" : "false",
            NullLiteralExpression => "null",
            TupleExpression tuple => $"({string.Join(", ", tuple.Items.Select(Of))})",
            LogicalExpression logical => $"{Of(logical.Left)} {(logical.IsAnd ? "and" : "or")} {Of(logical.Right)}",
            NotExpression not => $"not {Of(not.Inner)}",
            ParenthesisExpression parenthesis => $"({Of(parenthesis.Inner)})",
            ComparisonExpression comparison => $"{Of(comparison.Left)} {comparison.Operator} {Of(comparison.Right)}",
            RangeExpression range => $"{Of(range.Left)} {(range.Negated ? "not between" : "between")} {Of(range.Low)} and {Of(range.High)}",
            UnsupportedExpression other => other.Text,
            IsOperatorExpression test => $"{Of(test.Inner)} is {(test.Negated ? "not " : "")}{test.What}",
            _ => throw new ArgumentOutOfRangeException(nameof(expression), expression.Kind, "not an expression that is written"),
        };

    /// <summary>Formats a string as a literal.</summary>
    public static string Quote(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static bool NeedsQuotes(string name) =>
        VisibilityQueryLexer.IsKeyword(name) || name.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '@' or '$'));
}
