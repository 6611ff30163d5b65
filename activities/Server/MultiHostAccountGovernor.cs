using Orchestrator.Messages;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>
/// Decides when agents may start, for all hosts that use the same Temporal server. Each account has its own workflow, and another workflow
/// manages the budgets that the accounts share.
/// </summary>
/// <param name="client">Client of the server, with the product's JSON options.</param>
public sealed class MultiHostAccountGovernor(ITemporalClient client) : IAccountGovernor
{
    /// <summary>
    /// Interval between two usage reports of a running agent. The reports inform users. The token budget of a single agent is checked
    /// separately, on the agent's own host.
    /// </summary>
    public TimeSpan ReportsEvery { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked, CancellationToken cancellationToken)
    {
        if (asked.Raised is { } cap)
        {
            var account = GovernorRequestByLedgerSplitter.IsShared(cap.Scope) ? GovernorRequestByLedgerSplitter.Account : asked.Account;
            return await SendAsync(asked with { Account = account }, cancellationToken);
        }
        if (asked.Account == GovernorRequestByLedgerSplitter.Account)
        {
            return await SendAsync(asked, cancellationToken);
        }
        var own = await SendAsync(GovernorRequestByLedgerSplitter.OfAccount(asked), cancellationToken);
        return GovernorRequestByLedgerSplitter.OfBudgets(asked) is { } ofAll ? Both(own, await SendAsync(ofAll, cancellationToken)) : own;
    }

    /// <summary>
    /// Requests permission to start an agent, first from its account, where most requests wait, and then from the shared budgets. If this
    /// process dies between the requests, the account releases the reservation, as for any agent that never started.
    /// </summary>
    public async Task<AgentStartDecision> AdmitAsync(AgentStartRequest request, CancellationToken cancellationToken)
    {
        var asked = AccountGovernorRequest.OfStart(request) with { RequestId = Guid.NewGuid().ToString("n") };
        var own = await SendAsync(GovernorRequestByLedgerSplitter.OfAccount(asked), cancellationToken);
        if (own.Admission is not AgentAdmittedDecision)
        {
            return new AgentStartDecision(own);
        }
        var ofAll = await SendAsync(GovernorRequestByLedgerSplitter.OfBudgets(asked)!, cancellationToken);
        if (ofAll.Admission is AgentAdmittedDecision)
        {
            var both = Both(own, ofAll);
            return new AgentStartDecision(both with { Admission = new AgentAdmittedDecision(both.Reservation!) });
        }
        await SendAsync(
            new AccountGovernorRequest
            {
                RequestId = Guid.NewGuid().ToString("n"),
                Account = request.Account,
                Id = request.Id,
                Released = true,
            },
            cancellationToken
        );
        return new AgentStartDecision(own with { Admission = ofAll.Admission, Reservation = null });
    }

    /// <inheritdoc/>
    public async Task<bool> IsWaitingAsync(AgentStartRequest request, TimeSpan shortWait, CancellationToken cancellationToken)
    {
        var asked = AccountGovernorRequest.OfStart(request);
        return await AwaitAsync(GovernorRequestByLedgerSplitter.OfAccount(asked).Start!)
            || await AwaitAsync(GovernorRequestByLedgerSplitter.OfBudgets(asked)!.Start!);

        async Task<bool> AwaitAsync(AgentStartRequest part)
        {
            var start = Start(part.Account);
            var options = new WorkflowUpdateWithStartOptions(start) { Rpc = new RpcOptions { CancellationToken = cancellationToken } };
            var answer = await ReachAsync(() =>
                client.ExecuteUpdateWithStartWorkflowAsync((IGovernorWorkflow w) => w.AwaitTurnAsync(part, shortWait), options)
            );
            return answer.IsWaiting;
        }
    }

    /// <inheritdoc/>
    public async Task<AccountLedgerSet> ReadAsync(string account, CancellationToken cancellationToken)
    {
        var book = AccountLedgerSet.Empty;
        foreach (var name in (string[])[account, GovernorRequestByLedgerSplitter.Account])
        {
            book = await StateOfAsync(RunIds.ForGovernor(name), cancellationToken) is { Ledger: { } ledger } ? book.With(ledger) : book;
        }
        return book;
    }

    private static AccountGovernorResponse Both(AccountGovernorResponse own, AccountGovernorResponse ofAll) =>
        own with
        {
            Reservation =
                own.Reservation is { } one && ofAll.Reservation is { } other
                    ? GovernorRequestByLedgerSplitter.Smaller(one, other)
                    : own.Reservation ?? ofAll.Reservation,
        };

    private Task<AccountGovernorResponse> SendAsync(AccountGovernorRequest asked, CancellationToken cancellationToken)
    {
        var options = new WorkflowUpdateWithStartOptions(Start(asked.Account))
        {
            Id = asked.RequestId.Length > 0 ? asked.RequestId : null,
            Rpc = new RpcOptions { CancellationToken = cancellationToken },
        };
        return ReachAsync(() => client.ExecuteUpdateWithStartWorkflowAsync((IGovernorWorkflow w) => w.CallAsync(asked), options));
    }

    private async Task<GovernorWorkflowState?> StateOfAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await ReachAsync(() =>
                client
                    .GetWorkflowHandle<IGovernorWorkflow>(id)
                    .QueryAsync(
                        w => w.Status(),
                        new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = cancellationToken } }
                    )
            );
        }
        catch (IOException unknown) when (unknown.InnerException is RpcException { Code: RpcException.StatusCode.NotFound })
        {
            return null; // The workflow does not exist because no call was made to it yet.
        }
    }

    private static WithStartWorkflowOperation<WorkflowHandle<IGovernorWorkflow>> Start(string account)
    {
        var state = new GovernorWorkflowState { Account = account };
        return WithStartWorkflowOperation.Create(
            (IGovernorWorkflow w) => w.RunAsync(state),
            new WorkflowOptions(RunIds.ForGovernor(account), QueueNames.Workflows)
            {
                IdConflictPolicy = Temporalio.Api.Enums.V1.WorkflowIdConflictPolicy.UseExisting,
            }
        );
    }

    /// <summary>Executes a call to the server. If the call fails, the activity is retried.</summary>
    private static async Task<T> ReachAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception away)
            when (away
                    is RpcException
                        or WorkflowUpdateFailedException
                        or WorkflowUpdateRpcTimeoutOrCanceledException
                        or WorkflowQueryFailedException
            )
        {
            throw new IOException($"The account's workflow does not answer: {away.InnerException?.Message ?? away.Message}", away);
        }
    }
}
