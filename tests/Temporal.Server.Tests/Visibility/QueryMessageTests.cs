using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Enums.V1;
using Xunit;

namespace Temporal.Server.Tests.Visibility;

/// <summary>Queries that are refused, with the messages recorded from the real server.</summary>
public sealed class QueryMessageTests
{
    [Theory]
    [InlineData("Nope = 1", "invalid search attribute: Nope")]
    [InlineData("ConfInt", "invalid expression: incomplete expression")]
    [InlineData("ConfInt =", "malformed SQL query: syntax error at position 37")]
    [InlineData("= 1", "malformed SQL query: syntax error at position 29")]
    [InlineData("ConfKeyword = 'a", "malformed SQL query: syntax error at position 44 near 'a'")]
    [InlineData("ConfDate = 'tomorrow'", "invalid expression: unable to parse datetime 'tomorrow'")]
    [InlineData("ConfDate >= '2050-01-02'", "invalid expression: unable to parse datetime '2050-01-02'")]
    [InlineData(
        "ConfInt LIKE 'x'",
        "invalid expression: invalid value type for search attribute ConfInt of type Int: \"x\" (type: string)"
    )]
    [InlineData(
        "ConfKeyword = red",
        "operation is not supported: column name on the right side of comparison expression (did you forget to quote \"red\"?)"
    )]
    [InlineData(
        "ConfText STARTS_WITH 'q'",
        "operation is not supported: operator 'STARTS_WITH' not supported for Text type search attribute 'ConfText'"
    )]
    [InlineData(
        "ConfList > 'a'",
        "operation is not supported: operator '>' not supported for KeywordList type search attribute 'ConfList'"
    )]
    [InlineData("ExecutionStatus = 'Bogus'", "invalid expression: invalid ExecutionStatus value 'Bogus'")]
    [InlineData("ExecutionStatus = 'RUNNING'", "invalid expression: invalid ExecutionStatus value 'RUNNING'")]
    [InlineData("ExecutionStatus = 99", "invalid expression: invalid ExecutionStatus value 99")]
    [InlineData(
        "ConfKeyword = 5",
        "invalid expression: invalid value type for search attribute ConfKeyword of type Keyword: 5 (type: int64)"
    )]
    [InlineData("ExecutionDuration > 'long'", "invalid expression: invalid duration value for search attribute ExecutionDuration: long")]
    [InlineData("ConfInt = 1 AND", "malformed SQL query: syntax error at position 43")]
    [InlineData("(ConfInt = 1", "malformed SQL query: syntax error at position 40")]
    [InlineData("ConfInt IN ()", "malformed SQL query: syntax error at position 41")]
    [InlineData("SELECT 1", "malformed SQL query: syntax error at position 34 near 'select'")]
    [InlineData("ConfKeyword BETWEEN 'a'", "malformed SQL query: syntax error at position 51")]
    [InlineData("ConfInt = 1 XOR ConfInt = 2", "malformed SQL query: syntax error at position 43 near 'xor'")]
    [InlineData("(ConfInt, ConfBool) = (1, true)", "invalid expression: must be a column name but was sqlparser.ValTuple")]
    [InlineData("ConfInt = 1 + 1", "invalid expression: unexpected value type *sqlparser.BinaryExpr")]
    [InlineData("ConfInt = (SELECT 1)", "invalid expression: unexpected value type *sqlparser.Subquery")]
    [InlineData("!(ConfInt = 1)", "operation is not supported: expression of type *sqlparser.UnaryExpr")]
    [InlineData("ConfKeyword.x = 'x'", "invalid search attribute: ConfKeyword.x")]
    [InlineData("Status = 1", "invalid search attribute: status")]
    [InlineData("1 = 1", "invalid expression: must be a column name but was *sqlparser.SQLVal")]
    [InlineData("ORDER BY", "malformed SQL query: syntax error at position 30")]
    [InlineData("LIMIT 1", "malformed SQL query: syntax error at position 33 near 'limit'")]
    [InlineData("ConfInt = 1 LIMIT 2", "operation is not supported: 'LIMIT' clause")]
    [InlineData("ConfInt > 10 ORDER BY StartTime", "operation is not supported: 'ORDER BY' clause")]
    [InlineData("WorkflowType ==", "malformed SQL query: syntax error at position 43")]
    [InlineData("GROUP BY WorkflowType, ExecutionStatus", "operation is not supported: 'GROUP BY' clause supports only a single field")]
    public void Resolve_QueryThatIsNotAllowed_SaysWhatTheRealServerSays(string query, string message)
    {
        var exception = Assert.Throws<VisibilityQueryException>(() => new VisibilityQueryNameResolver(Find).Resolve(query));

        Assert.Equal("invalid query: " + message, exception.Message);
    }

    [Theory]
    [InlineData("((((((((")]
    [InlineData("'")]
    [InlineData("`")]
    [InlineData("\\")]
    [InlineData("a = 'b' = ")]
    [InlineData("ConfInt = 99999999999999999999999999e999")]
    [InlineData("ConfInt IS")]
    [InlineData("ConfInt NOT 5")]
    [InlineData("\0")]
    [InlineData("ConfInt = (select (((")]
    [InlineData("ConfInt = 1 +")]
    [InlineData("a.")]
    public void Resolve_Garbage_IsRefusedAsAQuery(string query) =>
        Assert.Throws<VisibilityQueryException>(() => new VisibilityQueryNameResolver(Find).Resolve(query));

    [Fact]
    public void Resolve_MoreSignsThanAStackHolds_IsRefusedAsAQuery() =>
        Assert.Throws<VisibilityQueryException>(() =>
            new VisibilityQueryNameResolver(Find).Resolve(new string('!', 1_000_000) + "ConfBool")
        );

    [Fact]
    public void Resolve_RandomWords_NeverFailsOtherwise()
    {
        string[] words =
        [
            "(",
            ")",
            "AND",
            "OR",
            "NOT",
            "IN",
            "ConfInt",
            "`ConfList`",
            "=",
            "!=",
            ">",
            "'x'",
            "\"y",
            "5",
            "-1.5",
            ",",
            "IS",
            "NULL",
            "BETWEEN",
            "STARTS_WITH",
            "GROUP",
            "BY",
            "é",
            ";",
        ];
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var query = string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)]));
            try
            {
                _ = new VisibilityQueryNameResolver(Find).Resolve(query);
            }
            catch (VisibilityQueryException e)
            {
                Assert.StartsWith("invalid query: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Resolve_DeepNesting_IsRefused() =>
        Assert.Throws<VisibilityQueryException>(() =>
            new VisibilityQueryNameResolver(Find).Resolve(new string('(', 100_000) + "ConfInt = 1" + new string(')', 100_000))
        );

    [Fact]
    public void Resolve_ThousandsOfTerms_IsRefused() =>
        Assert.Throws<VisibilityQueryException>(() =>
            new VisibilityQueryNameResolver(Find).Resolve(string.Join(" AND ", Enumerable.Repeat("ConfInt = 1", 5_000)))
        );

    private static SearchAttribute? Find(string name) =>
        SystemSearchAttributes.Computed.GetValueOrDefault(name)
        ?? name switch
        {
            "ConfInt" => new SearchAttribute(name, IndexedValueType.Int, "Int01"),
            "ConfKeyword" => new SearchAttribute(name, IndexedValueType.Keyword, "Keyword01"),
            "ConfText" => new SearchAttribute(name, IndexedValueType.Text, "Text01"),
            "ConfList" => new SearchAttribute(name, IndexedValueType.KeywordList, "KeywordList01"),
            "ConfDate" => new SearchAttribute(name, IndexedValueType.Datetime, "Datetime01"),
            _ => null,
        };
}
