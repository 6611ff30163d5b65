using Orchestrator.Usage;

namespace Orchestrator.Client;

/// <summary>The ledgers of the governors of a server for the accounts that its workers share.</summary>
/// <param name="client">Client of the server.</param>
public sealed class ServerAccounts(ITemporalClient client)
{
    /// <summary>The ledgers of all accounts, with that of the budgets that count over all of them.</summary>
    /// <param name="stop">Gives up.</param>
    public async Task<LedgerBook> ReadAsync(CancellationToken stop)
    {
        var speaking = MessageJson.Speaking(client);
        var book = LedgerBook.Empty;
        var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } };
        await foreach (var governor in client.ListWorkflowsAsync(RunIds.GovernorsQuery).WithCancellation(stop))
        {
            var state = await speaking.GetWorkflowHandle<IGovernorWorkflow>(governor.Id).QueryAsync(w => w.Status(), options);
            book = state.Ledger is { } ledger ? book.With(ledger) : book;
        }
        return book;
    }
}
