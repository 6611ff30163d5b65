using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Resolves the names and values of a query and rejects unsupported operations.</summary>
/// <param name="find">Finds an attribute by name, or returns null.</param>
/// <param name="rewrite">Changes a value before it is compared with the named attribute, for ids that are stored in another form.</param>
internal sealed class QueryResolver(Func<string, SearchAttribute?> find, Func<string, string, string>? rewrite = null)
{
    private const int MostTerms = 500;

    private bool _namesDivision;
    private int _terms;

    /// <summary>Parses and resolves a query.</summary>
    /// <exception cref="QueryException">The query is not valid; the message is for the client.</exception>
    public VisibilityQuery Resolve(string query)
    {
        var syntax = QueryParser.Parse(query);
        var where = syntax.Where is null ? null : Convert(syntax.Where);
        if (syntax.GroupBy.Count > 1)
        {
            throw QueryException.NotSupported("'GROUP BY' clause supports only a single field");
        }

        if (syntax.GroupBy.Count == 1 && Attribute(syntax.GroupBy[0]) is { Name: not SystemSearchAttributes.ExecutionStatus } grouped)
        {
            throw QueryException.NotSupported($"'GROUP BY' clause is not supported for search attribute {grouped.Name}");
        }

        if (syntax.OrderBy.Count > 0)
        {
            foreach (var field in syntax.OrderBy)
            {
                Attribute(field);
            }

            throw QueryException.NotSupported("'ORDER BY' clause");
        }

        if (syntax.HasLimit)
        {
            throw QueryException.NotSupported("'LIMIT' clause");
        }

        return new VisibilityQuery(where, syntax.GroupBy.Count == 1, _namesDivision);
    }

    private Filter Convert(Expression expression)
    {
        if (++_terms > MostTerms)
        {
            throw QueryException.Invalid($"more than {MostTerms} terms");
        }

        return expression switch
        {
            LogicalExpression logical => new LogicalFilter(logical.IsAnd, Convert(logical.Left), Convert(logical.Right)),
            NotExpression not => new NotFilter(Convert(not.Inner)),
            ParenthesisExpression parenthesis => Convert(parenthesis.Inner),
            ComparisonExpression comparison => Comparison(comparison),
            RangeExpression range => Range(range),
            IsOperatorExpression test => Null(test),
            NameExpression => throw QueryException.Invalid("incomplete expression"),
            _ => throw QueryException.NotSupported($"expression of type {expression.Kind}"),
        };
    }

    private Filter Comparison(ComparisonExpression comparison)
    {
        var attribute = Attribute(comparison.Left);
        var values = comparison.Right is TupleExpression list
            ? list.Items.Select(item => Value(attribute, item)).ToList()
            : [Value(attribute, comparison.Right)];
        if (!IsOffered(attribute, comparison.Operator))
        {
            throw QueryException.NotSupported(
                $"operator '{comparison.Operator.ToUpperInvariant()}' not supported for {attribute.TypeName} type search attribute "
                    + $"'{attribute.Name}'"
            );
        }

        var negated = comparison.Operator.StartsWith("not ", StringComparison.Ordinal);
        switch (comparison.Operator)
        {
            case "in" or "not in":
                return attribute.IsMultiValued ? Terms(attribute, values, negated) : new InFilter(attribute, values, negated);
            case "starts_with" or "not starts_with":
                return new PrefixFilter(attribute, (string)values[0], negated);
            default:
                var value = values[0];
                if (
                    attribute.Type == IndexedValueType.Text
                    && value is string words
                    && !SearchTermExtractor.Of(attribute.Type, words).Any()
                )
                {
                    throw QueryException.Invalid($"no tokens found filtering on Text type search attribute {attribute.Name}");
                }

                return attribute.IsMultiValued
                    ? Terms(attribute, [value], comparison.Operator == "!=")
                    : new ComparisonFilter(attribute, comparison.Operator, value);
        }
    }

    private static bool IsOffered(SearchAttribute attribute, string op) =>
        op switch
        {
            "=" or "!=" => true,
            "in" or "not in" => attribute.Type != IndexedValueType.Text,
            "starts_with" or "not starts_with" => attribute.Type == IndexedValueType.Keyword
                && attribute.Name != SystemSearchAttributes.ExecutionStatus,
            "<" or "<=" or ">" or ">=" => !attribute.IsMultiValued,
            _ => false,
        };

    private static TermsFilter Terms(SearchAttribute attribute, IEnumerable<object> values, bool negated)
    {
        var texts = values.Select(value => System.Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");

        // As in the Temporal server, an empty keyword in a list is not a searchable term.
        return new TermsFilter(
            attribute,
            [.. texts.SelectMany(text => SearchTermExtractor.Of(attribute.Type, text)).Where(term => term.Length > 0).Distinct()],
            negated
        );
    }

    private RangeFilter Range(RangeExpression range)
    {
        var attribute = Attribute(range.Left);
        return attribute.IsMultiValued || attribute.Type == IndexedValueType.Bool
            ? throw QueryException.Invalid($"cannot do range condition on search attribute '{attribute.Name}' of type {attribute.TypeName}")
            : new RangeFilter(attribute, Value(attribute, range.Low), Value(attribute, range.High), range.Negated);
    }

    private NullFilter Null(IsOperatorExpression test)
    {
        var attribute = Attribute(test.Inner);
        return test.What == "null"
            ? new NullFilter(attribute, test.Negated)
            : throw QueryException.Invalid("'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
    }

    private SearchAttribute Attribute(Expression expression)
    {
        if (expression is not NameExpression { Name: var name })
        {
            throw QueryException.Invalid($"must be a column name but was {expression.Kind}");
        }

        _namesDivision |= name == SystemSearchAttributes.NamespaceDivision;
        return find(name) ?? throw QueryException.UnknownAttribute(DisplayName(name));
    }

    // A keyword of the Temporal server's parser, whose messages show it in lower case.
    private static string DisplayName(string name) => name.Equals("status", StringComparison.OrdinalIgnoreCase) ? "status" : name;

    private object Value(SearchAttribute attribute, Expression expression)
    {
        var value = expression switch
        {
            LiteralExpression literal => literal.Value,
            BooleanExpression boolean => boolean.Value,
            NameExpression name => throw QueryException.NotSupported(
                $"column name on the right side of comparison expression (did you forget to quote \"{name.Name}\"?)"
            ),
            _ => throw QueryException.Invalid($"unexpected value type {expression.Kind}"),
        };
        return value is string text && rewrite is not null
            ? QueryLiteralConverter.Convert(attribute, rewrite(attribute.Name, text))
            : QueryLiteralConverter.Convert(attribute, value);
    }
}
