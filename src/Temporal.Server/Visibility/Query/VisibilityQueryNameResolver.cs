using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Resolves the names and values of a query and rejects unsupported operations.</summary>
/// <param name="find">Finds an attribute by name, or returns null.</param>
/// <param name="rewrite">Changes a value before it is compared with the named attribute, for ids that are stored in another form.</param>
internal sealed class VisibilityQueryNameResolver(Func<string, SearchAttribute?> find, Func<string, string, string>? rewrite = null)
{
    private const int MostTerms = 500;

    private bool _namesDivision;
    private int _terms;

    /// <summary>Parses and resolves a query.</summary>
    /// <exception cref="VisibilityQueryException">The query is not valid; the message is for the client.</exception>
    public VisibilityQuery Resolve(string query)
    {
        var syntax = VisibilityQueryParser.Parse(query);
        var where = syntax.Where is null ? null : Convert(syntax.Where);
        if (syntax.GroupBy.Count > 1)
        {
            throw VisibilityQueryException.NotSupported("'GROUP BY' clause supports only a single field");
        }

        if (syntax.GroupBy.Count == 1 && Attribute(syntax.GroupBy[0]) is { Name: not SystemSearchAttributes.ExecutionStatus } grouped)
        {
            throw VisibilityQueryException.NotSupported($"'GROUP BY' clause is not supported for search attribute {grouped.Name}");
        }

        if (syntax.OrderBy.Count > 0)
        {
            foreach (var field in syntax.OrderBy)
            {
                Attribute(field);
            }

            throw VisibilityQueryException.NotSupported("'ORDER BY' clause");
        }

        if (syntax.HasLimit)
        {
            throw VisibilityQueryException.NotSupported("'LIMIT' clause");
        }

        return new VisibilityQuery(where, syntax.GroupBy.Count == 1, _namesDivision);
    }

    private VisibilityFilter Convert(VisibilityExpression expression)
    {
        if (++_terms > MostTerms)
        {
            throw VisibilityQueryException.Invalid($"more than {MostTerms} terms");
        }

        return expression switch
        {
            LogicalVisibilityExpression logical => new LogicalVisibilityFilter(
                logical.IsAnd,
                Convert(logical.Left),
                Convert(logical.Right)
            ),
            NotVisibilityExpression not => new NotVisibilityFilter(Convert(not.Inner)),
            ParenthesisVisibilityExpression parenthesis => Convert(parenthesis.Inner),
            ComparisonVisibilityExpression comparison => Comparison(comparison),
            RangeVisibilityExpression range => Range(range),
            IsOperatorVisibilityExpression test => Null(test),
            IdentifierVisibilityExpression => throw VisibilityQueryException.Invalid("incomplete expression"),
            _ => throw VisibilityQueryException.NotSupported($"expression of type {expression.Kind}"),
        };
    }

    private VisibilityFilter Comparison(ComparisonVisibilityExpression comparison)
    {
        var attribute = Attribute(comparison.Left);
        var values = comparison.Right is TupleVisibilityExpression list
            ? list.Items.Select(item => Value(attribute, item)).ToList()
            : [Value(attribute, comparison.Right)];
        if (!IsOffered(attribute, comparison.Operator))
        {
            throw VisibilityQueryException.NotSupported(
                $"operator '{comparison.Operator.ToUpperInvariant()}' not supported for {attribute.TypeName} type search attribute "
                    + $"'{attribute.Name}'"
            );
        }

        var negated = comparison.Operator.StartsWith("not ", StringComparison.Ordinal);
        switch (comparison.Operator)
        {
            case "in" or "not in":
                return attribute.IsMultiValued ? Terms(attribute, values, negated) : new InVisibilityFilter(attribute, values, negated);
            case "starts_with" or "not starts_with":
                return new PrefixVisibilityFilter(attribute, (string)values[0], negated);
            default:
                var value = values[0];
                if (
                    attribute.Type == IndexedValueType.Text
                    && value is string words
                    && !SearchTermExtractor.Of(attribute.Type, words).Any()
                )
                {
                    throw VisibilityQueryException.Invalid($"no tokens found filtering on Text type search attribute {attribute.Name}");
                }

                return attribute.IsMultiValued
                    ? Terms(attribute, [value], comparison.Operator == "!=")
                    : new ComparisonVisibilityFilter(attribute, comparison.Operator, value);
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

    private static ContainsAnyTermVisibilityFilter Terms(SearchAttribute attribute, IEnumerable<object> values, bool negated)
    {
        var texts = values.Select(value => System.Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");

        // As in the Temporal server, an empty keyword in a list is not a searchable term.
        return new ContainsAnyTermVisibilityFilter(
            attribute,
            [.. texts.SelectMany(text => SearchTermExtractor.Of(attribute.Type, text)).Where(term => term.Length > 0).Distinct()],
            negated
        );
    }

    private RangeVisibilityFilter Range(RangeVisibilityExpression range)
    {
        var attribute = Attribute(range.Left);
        return attribute.IsMultiValued || attribute.Type == IndexedValueType.Bool
            ? throw VisibilityQueryException.Invalid(
                $"cannot do range condition on search attribute '{attribute.Name}' of type {attribute.TypeName}"
            )
            : new RangeVisibilityFilter(attribute, Value(attribute, range.Low), Value(attribute, range.High), range.Negated);
    }

    private IsNullVisibilityFilter Null(IsOperatorVisibilityExpression test)
    {
        var attribute = Attribute(test.Inner);
        return test.What == "null"
            ? new IsNullVisibilityFilter(attribute, test.Negated)
            : throw VisibilityQueryException.Invalid("'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
    }

    private SearchAttribute Attribute(VisibilityExpression expression)
    {
        if (expression is not IdentifierVisibilityExpression { Name: var name })
        {
            throw VisibilityQueryException.Invalid($"must be a column name but was {expression.Kind}");
        }

        _namesDivision |= name == SystemSearchAttributes.NamespaceDivision;
        return find(name) ?? throw VisibilityQueryException.UnknownAttribute(DisplayName(name));
    }

    // A keyword of the Temporal server's parser, whose messages show it in lower case.
    private static string DisplayName(string name) => name.Equals("status", StringComparison.OrdinalIgnoreCase) ? "status" : name;

    private object Value(SearchAttribute attribute, VisibilityExpression expression)
    {
        var value = expression switch
        {
            LiteralVisibilityExpression literal => literal.Value,
            BooleanLiteralVisibilityExpression boolean => boolean.Value,
            IdentifierVisibilityExpression name => throw VisibilityQueryException.NotSupported(
                $"column name on the right side of comparison expression (did you forget to quote \"{name.Name}\"?)"
            ),
            _ => throw VisibilityQueryException.Invalid($"unexpected value type {expression.Kind}"),
        };
        return value is string text && rewrite is not null
            ? VisibilityQueryLiteralConverter.Convert(attribute, rewrite(attribute.Name, text))
            : VisibilityQueryLiteralConverter.Convert(attribute, value);
    }
}
