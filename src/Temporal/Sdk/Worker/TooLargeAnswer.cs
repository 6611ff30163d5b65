using Temporalio.Api.Enums.V1;
using Temporalio.Api.Query.V1;

namespace Temporalio.Worker;

/// <summary>What a query gets whose answer is larger than the server takes: a failure that says so.</summary>
internal static class TooLargeAnswer
{
    public static WorkflowQueryResult Of(Exception error) => new() { ResultType = QueryResultType.Failed, ErrorMessage = Message(error) };

    public static string Message(Exception error) => $"The query's answer is too large: {error.Message}";
}
