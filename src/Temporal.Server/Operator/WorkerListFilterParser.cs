using Temporal.Server.Visibility.Query;
using Temporalio.Api.Worker.V1;

namespace Temporal.Server.Operator;

/// <summary>
/// Parses queries for workers. The queries use the same language as queries for runs, but refer to the fields of worker heartbeats.
/// </summary>
internal static class WorkerListFilterParser
{
    /// <summary>Parses a query into a predicate. An empty query matches every worker.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the query is not valid.</exception>
    public static Func<WorkerHeartbeat, bool> Parse(string query)
    {
        try
        {
            var syntax = VisibilityQueryParser.Parse(query);
            return syntax switch
            {
                { GroupBy.Count: > 0 } or { OrderBy.Count: > 0 } or { HasLimit: true } => throw VisibilityQueryException.NotSupported(
                    "a list of workers takes a condition only"
                ),
                { Where: null } => _ => true,
                _ => Test(syntax.Where),
            };
        }
        catch (VisibilityQueryException e)
        {
            throw GrpcErrorFactory.InvalidArgument(e.Message);
        }
    }

    private static Func<WorkerHeartbeat, bool> Test(VisibilityExpression expression)
    {
        switch (expression)
        {
            case ParenthesisVisibilityExpression parenthesis:
                return Test(parenthesis.Inner);
            case NotVisibilityExpression not:
                var inner = Test(not.Inner);
                return worker => !inner(worker);
            case LogicalVisibilityExpression logical:
                var (left, right) = (Test(logical.Left), Test(logical.Right));
                return logical.IsAnd ? worker => left(worker) && right(worker) : worker => left(worker) || right(worker);
            case ComparisonVisibilityExpression { Left: IdentifierVisibilityExpression name } comparison:
                var field = Field(name.Name);
                var test = Comparison(comparison);
                return worker => test(field(worker));
            default:
                throw VisibilityQueryException.NotSupported($"expression of type {expression.Kind}");
        }
    }

    private static Func<string, bool> Comparison(ComparisonVisibilityExpression comparison) =>
        (comparison.Operator, comparison.Right) switch
        {
            ("=", LiteralVisibilityExpression { Value: string text }) => value => value == text,
            ("!=", LiteralVisibilityExpression { Value: string text }) => value => value != text,
            ("starts_with", LiteralVisibilityExpression { Value: string text }) => value =>
                value.StartsWith(text, StringComparison.Ordinal),
            ("not starts_with", LiteralVisibilityExpression { Value: string text }) => value =>
                !value.StartsWith(text, StringComparison.Ordinal),
            ("in", TupleVisibilityExpression tuple) => value => Texts(tuple).Contains(value),
            ("not in", TupleVisibilityExpression tuple) => value => !Texts(tuple).Contains(value),
            _ => throw VisibilityQueryException.Invalid(
                $"invalid operator '{comparison.Operator}' in `{VisibilityExpressionFormatter.Of(comparison)}`"
            ),
        };

    private static IEnumerable<object> Texts(TupleVisibilityExpression tuple) =>
        tuple.Items.OfType<LiteralVisibilityExpression>().Select(item => item.Value);

    private static Func<WorkerHeartbeat, string> Field(string name) =>
        name switch
        {
            "WorkerInstanceKey" => worker => worker.WorkerInstanceKey,
            "WorkerIdentity" => worker => worker.WorkerIdentity,
            "HostName" => worker => worker.HostInfo?.HostName ?? "",
            "TaskQueue" => worker => worker.TaskQueue,
            "DeploymentName" => worker => worker.DeploymentVersion?.DeploymentName ?? "",
            "BuildId" => worker => worker.DeploymentVersion?.BuildId ?? "",
            "SdkName" => worker => worker.SdkName,
            "SdkVersion" => worker => worker.SdkVersion,
            "WorkerStatus" or "Status" => worker => worker.Status.ToString(),
            _ => throw VisibilityQueryException.Invalid($"column name '{name}' is not a valid search attribute"),
        };
}
