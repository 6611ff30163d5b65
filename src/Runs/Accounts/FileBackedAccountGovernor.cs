using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Account governor for all processes of a user on one machine. It admits agent starts, and stores the account ledgers in files that share
/// one lock.
/// </summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
/// <param name="time">The clock.</param>
public sealed class FileBackedAccountGovernor(IReadOnlyDictionary<string, string> environment, TimeProvider time) : IAccountGovernor
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly LedgerStore _ledgers = new(environment);

    /// <inheritdoc/>
    public TimeSpan ReportsEvery { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked, CancellationToken cancellationToken) =>
        _ledgers.ChangeAsync(book => AccountGovernorRequestHandler.Apply(book, asked, time.GetUtcNow()), cancellationToken);

    /// <summary>
    /// Requests admission of an agent start. If the start is admitted, the ledgers stay locked until the agent's process exists, so that no
    /// other process can block the account first.
    /// </summary>
    public async Task<AgentStartDecision> AdmitAsync(AgentStartRequest request, CancellationToken cancellationToken)
    {
        var locked = await _ledgers.LockAsync(cancellationToken);
        try
        {
            var asked = AccountGovernorRequest.OfStart(request);
            var (book, answer) = AccountGovernorRequestHandler.Apply(locked.Book, asked, time.GetUtcNow());
            locked.Write(book);
            if (answer.Admission is AgentAdmittedDecision)
            {
                return new AgentStartDecision(answer, locked);
            }
            locked.Dispose();
            return new AgentStartDecision(answer);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsWaitingAsync(AgentStartRequest request, TimeSpan shortWait, CancellationToken cancellationToken)
    {
        var line = AccountGovernorRequest.OfStart(request, onlyInLine: true);
        if (
            (await CallAsync(line, cancellationToken)).Admission is not AgentStartDelayedDecision { Until: var until }
            || until - time.GetUtcNow() > shortWait
        )
        {
            return false;
        }
        await Task.WhenAny(Task.Delay(Pause, time, cancellationToken));
        return true;
    }

    /// <inheritdoc/>
    public Task<AccountLedgerSet> ReadAsync(string account, CancellationToken cancellationToken) => Task.FromResult(_ledgers.Read());
}
