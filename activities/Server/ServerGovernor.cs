using Orchestrator.Accounts;
using Orchestrator.Messages;
using Orchestrator.Usage;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>The governor of all machines of a server: a workflow for each account, and one for the budgets that count over all of
/// them.</summary>
/// <param name="client">Client of the server, with the product's JSON rules.</param>
public sealed class ServerGovernor(ITemporalClient client) : IAccountGovernor
{
    /// <summary>Live spending is for people, and for an agent's own part of a budget in tokens, which is counted here.</summary>
    public TimeSpan ReportsEvery { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task<GovernorAnswer> CallAsync(GovernorCall call, CancellationToken stop)
    {
        if (call.Raised is { } cap)
        {
            var account = SharedBudgets.IsShared(cap.Scope) ? SharedBudgets.Account : call.Account;
            return await SendAsync(call with { Account = account }, stop);
        }
        if (call.Account == SharedBudgets.Account)
        {
            return await SendAsync(call, stop);
        }
        var own = await SendAsync(SharedBudgets.OfAccount(call), stop);
        return SharedBudgets.OfBudgets(call) is { } ofAll ? Both(own, await SendAsync(ofAll, stop)) : own;
    }

    /// <summary>Asks for an agent start: the account first, where most starts that wait do so; then the budgets. What the account has
    /// reserved for one that dies in between is given back like that of every start that never began.</summary>
    public async Task<StartTurn> AdmitAsync(StartRequest request, CancellationToken stop)
    {
        var call = new GovernorCall
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = request.Account,
            Id = request.Id,
            Start = request,
        };
        var own = await SendAsync(SharedBudgets.OfAccount(call), stop);
        if (own.Admission is not Admitted)
        {
            return new StartTurn(own);
        }
        var ofAll = await SendAsync(SharedBudgets.OfBudgets(call)!, stop);
        if (ofAll.Admission is Admitted)
        {
            var both = Both(own, ofAll);
            return new StartTurn(both with { Admission = new Admitted(both.Reservation!) });
        }
        await SendAsync(
            new GovernorCall
            {
                RequestId = Guid.NewGuid().ToString("n"),
                Account = request.Account,
                Id = request.Id,
                Released = true,
            },
            stop
        );
        return new StartTurn(own with { Admission = ofAll.Admission, Reservation = null });
    }

    /// <inheritdoc/>
    public async Task<bool> IsWaitingAsync(StartRequest request, TimeSpan shortWait, CancellationToken stop)
    {
        var call = new GovernorCall
        {
            Account = request.Account,
            Id = request.Id,
            Start = request,
        };
        return await AwaitAsync(SharedBudgets.OfAccount(call).Start!) || await AwaitAsync(SharedBudgets.OfBudgets(call)!.Start!);

        async Task<bool> AwaitAsync(StartRequest part)
        {
            var start = Start(part.Account);
            var options = new WorkflowUpdateWithStartOptions(start) { Rpc = new RpcOptions { CancellationToken = stop } };
            var answer = await ReachAsync(() =>
                client.ExecuteUpdateWithStartWorkflowAsync((IGovernorWorkflow w) => w.AwaitTurnAsync(part, shortWait), options)
            );
            return answer.IsWaiting;
        }
    }

    /// <inheritdoc/>
    public async Task<LedgerBook> ReadAsync(string account, CancellationToken stop)
    {
        var book = LedgerBook.Empty;
        foreach (var name in (string[])[account, SharedBudgets.Account])
        {
            book = await StateOfAsync(RunIds.ForGovernor(name), stop) is { Ledger: { } ledger } ? book.With(ledger) : book;
        }
        return book;
    }

    private static GovernorAnswer Both(GovernorAnswer own, GovernorAnswer ofAll) =>
        own with
        {
            Reservation =
                own.Reservation is { } one && ofAll.Reservation is { } other
                    ? SharedBudgets.Smaller(one, other)
                    : own.Reservation ?? ofAll.Reservation,
        };

    private Task<GovernorAnswer> SendAsync(GovernorCall call, CancellationToken stop)
    {
        var options = new WorkflowUpdateWithStartOptions(Start(call.Account))
        {
            Id = call.RequestId.Length > 0 ? call.RequestId : null,
            Rpc = new RpcOptions { CancellationToken = stop },
        };
        return ReachAsync(() => client.ExecuteUpdateWithStartWorkflowAsync((IGovernorWorkflow w) => w.CallAsync(call), options));
    }

    private async Task<GovernorState?> StateOfAsync(string id, CancellationToken stop)
    {
        try
        {
            return await ReachAsync(() =>
                client
                    .GetWorkflowHandle<IGovernorWorkflow>(id)
                    .QueryAsync(w => w.Status(), new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } })
            );
        }
        catch (IOException unknown) when (unknown.InnerException is RpcException { Code: RpcException.StatusCode.NotFound })
        {
            return null; // Nobody has asked it for anything yet.
        }
    }

    private static WithStartWorkflowOperation<WorkflowHandle<IGovernorWorkflow>> Start(string account)
    {
        var state = new GovernorState { Account = account };
        return WithStartWorkflowOperation.Create(
            (IGovernorWorkflow w) => w.RunAsync(state),
            new WorkflowOptions(RunIds.ForGovernor(account), QueueNames.Workflows)
            {
                IdConflictPolicy = Temporalio.Api.Enums.V1.WorkflowIdConflictPolicy.UseExisting,
            }
        );
    }

    /// <summary>What the server can't do now is tried again by the step.</summary>
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
            throw new IOException($"The accounts' governor can't be asked: {away.InnerException?.Message ?? away.Message}", away);
        }
    }
}
