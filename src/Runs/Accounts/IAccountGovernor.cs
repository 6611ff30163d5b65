using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Admits the agent starts for which a user's accounts pay, within the accounts' budgets, slots and usage limits. Implementations differ in
/// where they store the ledgers, but share the admission rules in the <c>Usage</c> project.
/// </summary>
public interface IAccountGovernor
{
    /// <summary>Interval between two usage reports of a running agent.</summary>
    TimeSpan ReportsEvery { get; }

    /// <summary>Applies a request to the ledgers atomically. A repeated request with the same request id has no further effect.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    /// <exception cref="IOException">The ledgers are currently unavailable.</exception>
    Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked, CancellationToken cancellationToken);

    /// <summary>Requests the admission of an agent start.</summary>
    /// <param name="request">The start request.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The decision. The caller disposes it when the agent's process exists or will not be started.</returns>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    Task<AgentStartDecision> AdmitAsync(AgentStartRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the place of a waiting agent in the queue. Returns after a few seconds, or earlier if admission can be requested again.
    /// </summary>
    /// <param name="request">The start request. No slot or budget is reserved for it.</param>
    /// <param name="shortWait">Maximum wait. If the start must wait longer, the method returns at once.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>True if the start still waits in the queue. False if admission can be requested now, or if the wait exceeds
    /// <paramref name="shortWait"/>.</returns>
    Task<bool> IsWaitingAsync(AgentStartRequest request, TimeSpan shortWait, CancellationToken cancellationToken);

    /// <summary>Reads the current ledgers of an account and of the budgets that it shares with other accounts.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    Task<AccountLedgerSet> ReadAsync(string account, CancellationToken cancellationToken);
}

/// <summary>
/// The governor's decision about an agent start, with a lock that prevents changes to the ledgers until the agent's process exists.
/// </summary>
/// <param name="answer">The governor's answer, which contains the decision.</param>
/// <param name="held">Lock that prevents changes of the ledgers until the agent's process exists, or null if none is held.</param>
public sealed class AgentStartDecision(AccountGovernorResponse answer, IDisposable? held = null) : IDisposable
{
    /// <summary>The governor's answer, which contains the decision.</summary>
    public AccountGovernorResponse Answer => answer;

    /// <inheritdoc/>
    public void Dispose() => held?.Dispose();
}
