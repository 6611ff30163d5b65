using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Queries the workflows of runs for their status.</summary>
/// <param name="client">Client of the server that the worker polls.</param>
public sealed class RunStatusQueries(ITemporalClient client)
{
    private const int PageSize = 500;

    /// <inheritdoc cref="AskRun"/>
    public async Task<RunStatus?> AskAsync(string runId, CancellationToken stop)
    {
        var run = client.GetWorkflowHandle<IOrchestrationWorkflow>(runId);
        // This worker may have to answer the query itself, so a worker that is stopping must not wait for the answer.
        var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } };
        try
        {
            return await PagedRunStatusReader.JoinAsync(from => run.QueryAsync(w => w.Status(from, PageSize), options));
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition)
        {
            return null;
        }
    }
}
