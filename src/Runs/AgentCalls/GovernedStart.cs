using Orchestrator.Accounts;
using Orchestrator.Agents.Supervision;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Lets the governor admit one agent run.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="agent">The agent run.</param>
internal sealed class GovernedStart(RunServices services, GovernedAgent agent) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A start that would wait no longer is waited for in the step; a longer one by a timer of the workflow.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(10);
    private readonly AccountLedgers _ledgers = services.Part(part => new AccountLedgers(part.Environment));
    private readonly PriceTable _prices = AccountPrices.Of(agent.Settings);
    private readonly Holder _holder = new(services.Host, ProcessIdentity.Current.ToString());
    private LockedLedgers? _locked;
    private Reservation? _reservation;

    /// <summary>What the agent uses, told to the ledgers.</summary>
    public AgentUse Use => field ??= new AgentUse(services, agent, _ledgers, _prices, _holder) { Reservation = _reservation };

    /// <summary>Asks whether the agent may be started. Admitted, the ledgers stay locked until <see cref="Launched"/>: nobody's block comes
    /// between.</summary>
    /// <returns>Null: it may. Else the result of the step.</returns>
    public async Task<AgentRunResult?> AdmitAsync(string session, CancellationToken stop)
    {
        if (AgentSupervisor.Look(agent.Folder) != AgentStartState.NotStarted)
        {
            return null;
        }
        try
        {
            _locked = await _ledgers.LockAsync(stop);
            var (book, admission) = Admit(_locked.Book);
            _locked.Write(book);
            if (admission is Admitted { Reservation: var reservation })
            {
                _reservation = reservation;
                Use.MayEndABlock = book.Of(agent.Account).Park is not null;
                return null;
            }
            Dispose();
            return AdmissionResults.Of(admission, agent.Account, session, NextDay());
        }
        catch (LedgerDamagedException damaged)
        {
            Dispose();
            return AdmissionResults.Of(damaged, session);
        }
    }

    /// <summary>Waits until the agent would be admitted, or has to wait for long. Starts nothing.</summary>
    public async Task AwaitTurnAsync(StepExecution execution, CancellationToken called)
    {
        while (!called.IsCancellationRequested && await IsWaitingShortlyAsync())
        {
            execution.IsAlive();
            await Task.WhenAny(Task.Delay(Poll, services.Time, called));
        }
    }

    /// <summary>The limits with what is granted.</summary>
    public AgentLimits Limit(AgentLimits limits) =>
        _reservation?.GrantedMicros is { } micros && MicroDollars.ToDollars(micros) is var granted
            ? limits with
            {
                CostUsd = limits.CostUsd is { } own && own < granted ? own : granted,
            }
            : limits;

    /// <summary>The agent's process is there: the next may be admitted.</summary>
    public void Launched(AgentSession session)
    {
        Use.Session = session;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _locked?.Dispose();
        _locked = null;
    }

    private DateOnly Today => LocalDays.Today(services.Time);

    // What dead holders have reserved is looked at only when somebody waits for it.
    private (LedgerBook Book, Admission Admission) Admit(LedgerBook book)
    {
        var now = services.Time.GetUtcNow();
        var request = agent.ToRequest(_holder, Today);
        var first = Governor.Admit(book, request, now);
        if (first.Admission is Admitted)
        {
            return first;
        }
        var swept = new HolderSweep(services, _prices, _ledgers).Settle(book, now);
        return swept == book ? first : Governor.Admit(swept, request, now);
    }

    private async Task<bool> IsWaitingShortlyAsync()
    {
        try
        {
            using var locked = await _ledgers.LockAsync(CancellationToken.None);
            var (book, admission) = Admit(locked.Book);
            if (admission is not Wait { Until: var until })
            {
                return false;
            }
            locked.Write(book);
            return until - services.Time.GetUtcNow() <= ShortWait;
        }
        catch (LedgerDamagedException)
        {
            return false;
        }
    }

    private DateTimeOffset NextDay()
    {
        var midnight = Today.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, services.Time.LocalTimeZone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
