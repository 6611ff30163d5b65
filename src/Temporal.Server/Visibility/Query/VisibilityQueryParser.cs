using System.Globalization;

namespace Temporal.Server.Visibility.Query;

/// <summary>Parses the visibility query language: an SQL condition, then optionally GROUP BY, ORDER BY and LIMIT.</summary>
internal sealed class VisibilityQueryParser
{
    private const int DeepestNesting = 200;

    private readonly VisibilityQueryLexer _lexer;
    private Token _token;
    private int _depth;

    private VisibilityQueryParser(string text, int offset)
    {
        _lexer = new VisibilityQueryLexer(text, offset);
        _token = _lexer.Next();
    }

    /// <summary>Parses a query. An empty query has no condition.</summary>
    /// <exception cref="VisibilityQueryException">The text has a syntax error. Its position refers to the complete statement that the
    /// Temporal server builds from the query.</exception>
    public static ParsedVisibilityQuery Parse(string query)
    {
        var text = query.Trim();
        var hasCondition = text.Length > 0 && !StartsWithClause(text, "order") && !StartsWithClause(text, "group");
        var offset = "select * from table1 ".Length + (hasCondition ? "where ".Length : 0);
        var parser = new VisibilityQueryParser(text, offset);
        var where = hasCondition ? parser.Or() : null;
        return parser.Clauses(where);
    }

    private static bool StartsWithClause(string text, string word)
    {
        var words = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2
            && words[0].Equals(word, StringComparison.OrdinalIgnoreCase)
            && words[1].Equals("by", StringComparison.OrdinalIgnoreCase);
    }

    private ParsedVisibilityQuery Clauses(VisibilityExpression? where)
    {
        var groupBy = new List<VisibilityExpression>();
        if (TryKeyword("group"))
        {
            ExpectKeyword("by");
            do
            {
                groupBy.Add(Value());
            } while (TrySymbol(","));
        }

        var orderBy = new List<VisibilityExpression>();
        if (TryKeyword("order"))
        {
            ExpectKeyword("by");
            do
            {
                orderBy.Add(Value());
                _ = TryKeyword("asc") || TryKeyword("desc");
            } while (TrySymbol(","));
        }

        var limit = TryKeyword("limit");
        if (limit)
        {
            Value();
            if (TrySymbol(",") || TryKeyword("offset"))
            {
                Value();
            }
        }

        _ = TrySymbol(";");
        return _token.Kind == VisibilityQueryTokenKind.End ? new ParsedVisibilityQuery(where, groupBy, orderBy, limit) : throw Unexpected();
    }

    private VisibilityExpression Or()
    {
        if (++_depth > DeepestNesting)
        {
            throw new VisibilityQueryException($"invalid query: malformed SQL query: nested deeper than {DeepestNesting} levels");
        }

        var left = And();
        while (TryKeyword("or"))
        {
            left = new LogicalVisibilityExpression(IsAnd: false, left, And());
        }

        _depth--;
        return left;
    }

    private VisibilityExpression And()
    {
        var left = Not();
        while (TryKeyword("and"))
        {
            left = new LogicalVisibilityExpression(IsAnd: true, left, Not());
        }

        return left;
    }

    private VisibilityExpression Not()
    {
        var negations = 0;
        while (TryKeyword("not"))
        {
            negations++;
        }

        var inner = Condition();
        for (; negations > 0; negations--)
        {
            inner = new NotVisibilityExpression(inner);
        }

        return inner;
    }

    private VisibilityExpression Condition()
    {
        var left = Value();
        while (true)
        {
            if (_token.Kind == VisibilityQueryTokenKind.Symbol && _token.Text is "=" or "!=" or "<>" or "<" or "<=" or ">" or ">=" or "<=>")
            {
                var symbol = _token.Text == "<>" ? "!=" : _token.Text;
                Advance();
                left = new ComparisonVisibilityExpression(left, symbol, Value());
            }
            else if (TryKeyword("is"))
            {
                var negated = TryKeyword("not");
                left = new IsOperatorVisibilityExpression(left, Constant(), negated);
            }
            else if (
                _token.Kind == VisibilityQueryTokenKind.Keyword
                && _token.Text is "not" or "in" or "like" or "regexp" or "rlike" or "starts_with" or "between"
            )
            {
                left = WordComparison(left);
            }
            else
            {
                return left;
            }
        }
    }

    private VisibilityExpression WordComparison(VisibilityExpression left)
    {
        var negated = TryKeyword("not");
        var prefix = negated ? "not " : "";
        if (TryKeyword("between"))
        {
            var low = Value();
            ExpectKeyword("and");
            return new RangeVisibilityExpression(left, negated, low, Value());
        }

        if (TryKeyword("in"))
        {
            return new ComparisonVisibilityExpression(left, prefix + "in", Tuple());
        }

        foreach (var word in (string[])["like", "starts_with", "regexp", "rlike"])
        {
            if (TryKeyword(word))
            {
                return new ComparisonVisibilityExpression(left, prefix + (word == "rlike" ? "regexp" : word), Value());
            }
        }

        throw Unexpected();
    }

    private TupleVisibilityExpression Tuple()
    {
        ExpectSymbol("(");
        var items = new List<VisibilityExpression>();
        do
        {
            items.Add(Value());
        } while (TrySymbol(","));
        ExpectSymbol(")");
        return new TupleVisibilityExpression(items);
    }

    private string Constant()
    {
        foreach (var word in (string[])["null", "true", "false"])
        {
            if (TryKeyword(word))
            {
                return word;
            }
        }

        throw Unexpected();
    }

    /// <summary>Parses a value. Also accepts arithmetic, which is valid syntax although no attribute supports it.</summary>
    private VisibilityExpression Value()
    {
        var left = Operand();
        while (_token.Kind == VisibilityQueryTokenKind.Symbol && _token.Text is "+" or "-" or "*" or "/" or "%")
        {
            var sign = _token.Text;
            Advance();
            left = new UnsupportedVisibilityExpression(
                "*sqlparser.BinaryExpr",
                $"{VisibilityExpressionFormatter.Of(left)} {sign} {VisibilityExpressionFormatter.Of(Operand())}"
            );
        }

        return left;
    }

    private VisibilityExpression Operand()
    {
        var token = _token;
        switch (token.Kind)
        {
            case VisibilityQueryTokenKind.Identifier:
                Advance();
                return new IdentifierVisibilityExpression(Qualified(token.Text));
            case VisibilityQueryTokenKind.String:
                Advance();
                return new LiteralVisibilityExpression(token.Text, VisibilityExpressionFormatter.Quote(token.Text));
            case VisibilityQueryTokenKind.Integer or VisibilityQueryTokenKind.Float:
                Advance();
                return Number(token, negative: false);
            case VisibilityQueryTokenKind.Keyword when token.Text is "true" or "false":
                Advance();
                return new BooleanLiteralVisibilityExpression(token.Text == "true");
            case VisibilityQueryTokenKind.Keyword when token.Text == "null":
                Advance();
                return new NullLiteralVisibilityExpression();
            case VisibilityQueryTokenKind.Symbol when token.Text is "-" or "+":
                Advance();
                if (_token.Kind is not (VisibilityQueryTokenKind.Integer or VisibilityQueryTokenKind.Float))
                {
                    throw Unexpected();
                }

                var digits = _token;
                Advance();
                return Number(digits, token.Text == "-");
            case VisibilityQueryTokenKind.Symbol when token.Text == "!":
                while (TrySymbol("!")) { }

                return new UnsupportedVisibilityExpression("*sqlparser.UnaryExpr", $"!{VisibilityExpressionFormatter.Of(Operand())}");
            case VisibilityQueryTokenKind.Symbol when token.Text == "(":
                Advance();
                return Parenthesis();
            default:
                throw Unexpected();
        }
    }

    private string Qualified(string name)
    {
        while (TrySymbol("."))
        {
            name = _token.Kind == VisibilityQueryTokenKind.Identifier ? $"{name}.{_token.Text}" : throw Unexpected();
            Advance();
        }

        return name;
    }

    private VisibilityExpression Parenthesis()
    {
        if (TryKeyword("select"))
        {
            // Skips the content, because subqueries are not supported.
            for (var open = 1; open > 0; Advance())
            {
                open +=
                    _token.IsSymbol("(") ? 1
                    : _token.IsSymbol(")") ? -1
                    : 0;
                if (_token.Kind is VisibilityQueryTokenKind.End or VisibilityQueryTokenKind.Invalid)
                {
                    throw Unexpected();
                }
            }

            return new UnsupportedVisibilityExpression("*sqlparser.Subquery", "(select)");
        }

        var items = new List<VisibilityExpression> { Or() };
        while (TrySymbol(","))
        {
            items.Add(Value());
        }

        ExpectSymbol(")");
        return items.Count > 1 ? new TupleVisibilityExpression(items) : new ParenthesisVisibilityExpression(items[0]);
    }

    private static LiteralVisibilityExpression Number(Token token, bool negative)
    {
        var text = (negative ? "-" : "") + token.Text;
        if (
            token.Kind == VisibilityQueryTokenKind.Integer
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
        )
        {
            return new LiteralVisibilityExpression(integer, text);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? new LiteralVisibilityExpression(number, text)
            : throw VisibilityQueryException.Invalid($"unable to parse {text}");
    }

    private void Advance() => _token = _lexer.Next();

    private bool TryKeyword(string word)
    {
        var found = _token.IsKeyword(word);
        if (found)
        {
            Advance();
        }

        return found;
    }

    private bool TrySymbol(string symbol)
    {
        var found = _token.IsSymbol(symbol);
        if (found)
        {
            Advance();
        }

        return found;
    }

    private void ExpectKeyword(string word)
    {
        if (!TryKeyword(word))
        {
            throw Unexpected();
        }
    }

    private void ExpectSymbol(string symbol)
    {
        if (!TrySymbol(symbol))
        {
            throw Unexpected();
        }
    }

    private VisibilityQueryException Unexpected() => VisibilityQueryException.Syntax(_token.Position, _token.Near);
}
