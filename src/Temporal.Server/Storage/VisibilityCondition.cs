using System.Text;
using Temporal.Server.Visibility.Query;

namespace Temporal.Server.Storage;

/// <summary>
/// Translates the condition of a visibility query to SQL for rows of the table with alias <c>r</c>. Every value is passed as a parameter.
/// </summary>
internal sealed class VisibilityCondition
{
    private readonly StringBuilder _sql = new();
    private readonly List<object> _parameters = [];

    /// <summary>The SQL text so far.</summary>
    public string Sql => _sql.ToString();

    /// <summary>
    /// Creates the condition for one namespace. Unless the query refers to the namespace division, the runs of server components do not
    /// match.
    /// </summary>
    public static VisibilityCondition For(string namespaceId, VisibilityQuery query)
    {
        var condition = new VisibilityCondition();
        condition.Text("r.namespace = ").Parameter(namespaceId);
        if (!query.NamesDivision)
        {
            condition.Text(" AND r.division IS NULL");
        }

        if (query.Where is not null)
        {
            condition.Text(" AND ").Write(query.Where);
        }

        return condition;
    }

    /// <summary>Appends constant SQL text.</summary>
    public VisibilityCondition Text(string sql)
    {
        _sql.Append(sql);
        return this;
    }

    /// <summary>Appends a parameter: text, integer or floating-point number.</summary>
    public VisibilityCondition Parameter(object value)
    {
        _sql.Append('?');
        _parameters.Add(value);
        return this;
    }

    /// <summary>Binds all parameters in order.</summary>
    public void Bind(SqliteStatement statement)
    {
        foreach (var parameter in _parameters)
        {
            _ = parameter switch
            {
                long integer => statement.Bind(integer),
                double real => statement.Bind(real),
                _ => statement.Bind((string)parameter),
            };
        }
    }

    private void Write(VisibilityFilter filter)
    {
        Text("(");
        switch (filter)
        {
            case LogicalVisibilityFilter logical:
                Write(logical.Left);
                Text(logical.IsAnd ? " AND " : " OR ");
                Write(logical.Right);
                break;
            case NotVisibilityFilter not:
                Text("NOT ");
                Write(not.Inner);
                break;
            case ComparisonVisibilityFilter comparison:
                Attribute(comparison.Attribute).Text($" {comparison.Operator} ").Parameter(comparison.Value);
                break;
            case RangeVisibilityFilter range:
                Attribute(range.Attribute)
                    .Text(range.Negated ? " NOT BETWEEN " : " BETWEEN ")
                    .Parameter(range.Low)
                    .Text(" AND ")
                    .Parameter(range.High);
                break;
            case InVisibilityFilter list:
                Attribute(list.Attribute).Text(list.Negated ? " NOT IN (" : " IN (").Parameters(list.Values).Text(")");
                break;
            case ContainsAnyTermVisibilityFilter terms:
                Terms(terms.Attribute, terms.Negated).Text(" AND v.value IN (").Parameters(terms.Terms).Text("))");
                break;
            case IsNullVisibilityFilter test when test.Attribute.IsMultiValued:
                Terms(test.Attribute, !test.Negated).Text(")");
                break;
            case IsNullVisibilityFilter test:
                Attribute(test.Attribute).Text(test.Negated ? " IS NOT NULL" : " IS NULL");
                break;
            case PrefixVisibilityFilter prefix:
                // Prefixes are case-insensitive, as in the Temporal server.
                Text("lower(substr(")
                    .Attribute(prefix.Attribute)
                    .Text(", 1, length(")
                    .Parameter(prefix.Prefix)
                    .Text(prefix.Negated ? "))) <> lower(" : "))) = lower(")
                    .Parameter(prefix.Prefix)
                    .Text(")");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(filter), filter.GetType().Name, "no SQL for this filter");
        }

        Text(")");
    }

    // Column names come from the attribute table, never from the query's text, so SQL can't be injected.
    private VisibilityCondition Attribute(SearchAttribute attribute) =>
        VisibilitySqlTables.IsColumn(attribute)
            ? Text("r.").Text(attribute.Column)
            : Text("(SELECT v.value FROM visibility_values v WHERE v.run = r.key AND v.field = ").Parameter(attribute.Column).Text(")");

    private VisibilityCondition Terms(SearchAttribute attribute, bool negated) =>
        Text(negated ? "NOT EXISTS (" : "EXISTS (")
            .Text("SELECT 1 FROM visibility_values v WHERE v.run = r.key AND v.field = ")
            .Parameter(attribute.Column);

    private VisibilityCondition Parameters(IEnumerable<object> values)
    {
        var first = true;
        foreach (var value in values)
        {
            Text(first ? "" : ", ").Parameter(value);
            first = false;
        }

        return this;
    }
}
