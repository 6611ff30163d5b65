using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Decides about agent starts of the user's accounts. Implementations choose the storage; all apply the rules of <c>Usage</c>.
/// </summary>
public interface IAccountGovernor
{
    /// <summary>Interval at which the usage of a running agent is reported.</summary>
    TimeSpan ReportsEvery { get; }

    /// <summary>Applies a call atomically, and only once even if it is repeated.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    /// <exception cref="IOException">The ledgers are currently unavailable.</exception>
    Task<GovernorAnswer> CallAsync(GovernorCall asked, CancellationToken cancellationToken);

    /// <summary>Requests an agent start.</summary>
    /// <param name="request">The start request.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The decision. Dispose it once the agent's process exists or will not be started.</returns>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    Task<StartDecision> AdmitAsync(StartRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps a start's place in the queue for some seconds, or until it may be requested again.</summary>
    /// <param name="request">The start request. Nothing is reserved for it.</param>
    /// <param name="shortWait">Maximum wait; the method returns at once if the start must wait longer.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>True while the start waits in the queue. False if it must be requested now or has to wait longer than
    /// <paramref name="shortWait"/>.</returns>
    Task<bool> IsWaitingAsync(StartRequest request, TimeSpan shortWait, CancellationToken cancellationToken);

    /// <summary>Reads the current ledgers that apply to an account.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    Task<LedgerBook> ReadAsync(string account, CancellationToken cancellationToken);
}

/// <summary>The governor's decision about an agent start.</summary>
/// <param name="answer">The governor's answer.</param>
/// <param name="held">Lock that prevents changes of the account until the agent's process exists, or null for none.</param>
public sealed class StartDecision(GovernorAnswer answer, IDisposable? held = null) : IDisposable
{
    /// <summary>The governor's answer.</summary>
    public GovernorAnswer Answer => answer;

    /// <inheritdoc/>
    public void Dispose() => held?.Dispose();
}
