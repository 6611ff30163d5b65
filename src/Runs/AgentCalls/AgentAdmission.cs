using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Requests the governor's admission for one agent run.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="agent">The agent run.</param>
public sealed class AgentAdmission(RunServices services, GovernedAgent agent) : IDisposable
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(2);

    /// <summary>Maximum wait inside the step; a longer wait uses a timer of the workflow.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(10);
    private readonly PriceTable _prices = AccountPrices.Of(agent.Settings);
    private readonly Holder _holder = new(services.Host, ProcessIdentity.Current.ToString());
    private StartDecision? _turn;
    private Reservation? _reservation;

    /// <summary>Agent run that the admission belongs to.</summary>
    public GovernedAgent Agent => agent;

    /// <summary>True if the account holds a reservation for this agent run, as far as this process knows.</summary>
    public bool IsReserved => _reservation is not null;

    /// <summary>Reports the agent's usage to the governor.</summary>
    public AgentUsageReporter Use => field ??= new AgentUsageReporter(services, agent, _prices, _holder) { Reservation = _reservation };

    /// <summary>Requests admission. An admitted start blocks other admissions until <see cref="Launched"/>.</summary>
    /// <returns>Null if the agent may start; otherwise the result of the step.</returns>
    public async Task<AgentRunResult?> AdmitAsync(string session, CancellationToken stop)
    {
        try
        {
            if (AgentSupervisor.Look(agent.Folder) != AgentStartState.NotStarted)
            {
                _reservation = await RecallAsync(stop);
                return null;
            }
            _turn = await services.Governor.AdmitAsync(Request, stop);
            // Reservations of dead holders are swept only if somebody waits for them.
            if (_turn.Answer.Admission is not Admitted && await SweepAsync(stop))
            {
                Dispose();
                _turn = await services.Governor.AdmitAsync(Request, stop);
            }
            if (_turn.Answer.Admission is Admitted { Reservation: var reservation })
            {
                _reservation = reservation;
                Use.MayEndABlock = _turn.Answer.Park is not null;
                return null;
            }
            var refused = _turn.Answer.Admission!;
            Dispose();
            return AdmissionResults.Of(refused, agent.Account, session, NextDay());
        }
        catch (LedgerDamagedException damaged)
        {
            Dispose();
            return AdmissionResults.Of(damaged, session);
        }
    }

    /// <summary>Waits until the governor would admit the agent, or requires a long wait. Starts nothing.</summary>
    public async Task AwaitTurnAsync(StepExecution execution, CancellationToken called)
    {
        while (!called.IsCancellationRequested)
        {
            var waiting = IsWaitingShortlyAsync(called);
            do
            {
                execution.IsAlive();
                await Task.WhenAny(waiting, Task.Delay(SignOfLife, services.Time, called));
            } while (!waiting.IsCompleted && !called.IsCancellationRequested);
            if (!await waiting)
            {
                return;
            }
        }
    }

    /// <summary>Applies the granted budget to the agent's limits.</summary>
    public AgentLimits Limit(AgentLimits limits) =>
        _reservation?.GrantedMicros is { } micros && MicroDollars.ToDollars(micros) is var granted
            ? limits with
            {
                CostUsd = limits.CostUsd is { } own && own < granted ? own : granted,
            }
            : limits;

    /// <summary>Marks the agent's process as started, so that the next agent may be admitted.</summary>
    public void Launched(AgentSession session)
    {
        Use.Session = session;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn?.Dispose();
        _turn = null;
    }

    private DateOnly Today => LocalDays.Today(services.Time);

    private StartRequest Request => agent.ToRequest(_holder, Today);

    private async Task<Reservation?> RecallAsync(CancellationToken stop)
    {
        try
        {
            var book = await services.Governor.ReadAsync(agent.Account, stop);
            var (own, shared) = (book.Of(agent.Account).Find(agent.Id), book.Of(SharedBudgets.Account).Find(agent.Id));
            return own is not null && shared is not null ? SharedBudgets.Smaller(own, shared) : own ?? shared;
        }
        catch (IOException)
        {
            return null; // Its end is settled all the same.
        }
    }

    private Task<bool> SweepAsync(CancellationToken stop) => new ReservationSweep(services, _prices).SettleAsync(agent.Account, stop);

    private async Task<bool> IsWaitingShortlyAsync(CancellationToken stop)
    {
        try
        {
            return await services.Governor.IsWaitingAsync(Request, ShortWait, stop) && !await SweepAsync(stop);
        }
        catch (Exception ended) when (ended is LedgerDamagedException or OperationCanceledException)
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
