namespace Orchestrator.Accounts;

/// <summary>Decides about agent starts of the user's accounts. Where it keeps what it knows is its own matter; the rules are those of
/// <c>Usage</c>, whoever carries them out.</summary>
public interface IAccountGovernor
{
    /// <summary>The interval at which the usage of a working agent is worth a report.</summary>
    TimeSpan ReportsEvery { get; }

    /// <summary>Carries out a call, alone, and once however often it is tried.</summary>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    /// <exception cref="IOException">The ledgers can't be reached now.</exception>
    Task<GovernorAnswer> CallAsync(GovernorCall asked, CancellationToken cancellationToken);

    /// <summary>Asks for an agent start.</summary>
    /// <param name="request">The start.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The turn; it is disposed of when the agent's process is there, or will not be.</returns>
    /// <exception cref="LedgerDamagedException">A ledger can't be used.</exception>
    Task<StartTurn> AdmitAsync(StartRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps a start's place in line for some seconds, or until it may be asked for again.</summary>
    /// <param name="request">The start. Nothing is reserved for it.</param>
    /// <param name="shortWait">One that has to wait for longer is not waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False: it is to be asked for now, or has to wait for long.</returns>
    Task<bool> IsWaitingAsync(StartRequest request, TimeSpan shortWait, CancellationToken cancellationToken);

    /// <summary>The ledgers that decide about an account, as they are now.</summary>
    /// <exception cref="LedgerDamagedException">One can't be used.</exception>
    Task<LedgerBook> ReadAsync(string account, CancellationToken cancellationToken);
}

/// <summary>The governor's answer to a request to start an agent.</summary>
/// <param name="answer">The answer.</param>
/// <param name="held">What keeps others from changing the account until the agent's process is there; null: nothing does.</param>
public sealed class StartTurn(GovernorAnswer answer, IDisposable? held = null) : IDisposable
{
    /// <summary>The answer.</summary>
    public GovernorAnswer Answer => answer;

    /// <inheritdoc/>
    public void Dispose() => held?.Dispose();
}
