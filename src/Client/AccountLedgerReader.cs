using Orchestrator.Usage;

namespace Orchestrator.Client;

/// <summary>Reads the account ledgers that the account workflows on a Temporal server keep for all workers of that server.</summary>
/// <param name="client">Client of the server.</param>
public sealed class AccountLedgerReader(ITemporalClient client)
{
    /// <summary>Reads the ledgers of all accounts, and the ledger of the budgets that all accounts share.</summary>
    /// <param name="stop">Cancels the request.</param>
    public async Task<AccountLedgerSet> ReadAsync(CancellationToken stop)
    {
        var speaking = PayloadJsonOptions.Speaking(client);
        var book = AccountLedgerSet.Empty;
        var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } };
        await foreach (var governor in client.ListWorkflowsAsync(RunIds.GovernorsQuery).WithCancellation(stop))
        {
            var state = await speaking.GetWorkflowHandle<IGovernorWorkflow>(governor.Id).QueryAsync(w => w.Status(), options);
            book = state.Ledger is { } ledger ? book.With(ledger) : book;
        }
        return book;
    }
}
