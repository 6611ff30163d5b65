using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Requests the governor's admission of one agent run, and holds the admission until the agent has started.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="agent">The agent run to admit.</param>
public sealed class AgentAdmissionClient(RunServiceBundle services, GovernedAgentRun agent) : IDisposable
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Maximum time to wait for admission within the workflow step. For a longer wait, the step ends and the workflow waits on a timer.
    /// </summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(10);
    private readonly PriceTable _prices = AgentRunCostCalculator.Of(agent.Settings);
    private readonly AgentRunReservationHolderProcess _holder = new(services.Host, ProcessIdentity.Current.ToString());
    private AgentStartDecision? _turn;
    private AgentRunAccountReservation? _reservation;

    /// <summary>The agent run to admit.</summary>
    public GovernedAgentRun Agent => agent;

    /// <summary>True if this process has a record of a reservation for the agent run.</summary>
    public bool IsReserved => _reservation is not null;

    /// <summary>Reporter of the agent's usage to the governor.</summary>
    public AgentUsageReporter Use => field ??= new AgentUsageReporter(services, agent, _prices, _holder) { Reservation = _reservation };

    /// <summary>
    /// Requests admission. If the agent is admitted, other admissions are blocked until <see cref="Launched"/> is called.
    /// </summary>
    /// <param name="session">Id of the conversation that the agent continues.</param>
    /// <returns>Null if the agent may start; otherwise the result of the step.</returns>
    public async Task<AgentRunResult?> AdmitAsync(string session, CancellationToken stop)
    {
        try
        {
            if (AgentSupervisor.ReadState(agent.Folder) != AgentRunStatus.NotStarted)
            {
                await FindReservationAsync(stop);
                return null;
            }
            _turn = await services.Governor.AdmitAsync(Request, stop);
            // Only a start that is not admitted needs the reservations of dead processes, so they are released only then.
            if (_turn.Answer.Admission is not AgentAdmittedDecision && await CleanReservationsAsync(stop))
            {
                Dispose();
                _turn = await services.Governor.AdmitAsync(Request, stop);
            }
            if (_turn.Answer.Admission is AgentAdmittedDecision { Reservation: var reservation })
            {
                _reservation = reservation;
                Use.MayEndABlock = _turn.Answer.Park is not null;
                return null;
            }
            var refused = _turn.Answer.Admission!;
            Dispose();
            return RefusedAdmissionResultBuilder.Of(refused, agent.Account, session, NextDay());
        }
        catch (LedgerDamagedException damaged)
        {
            Dispose();
            return RefusedAdmissionResultBuilder.Of(damaged, session);
        }
    }

    /// <summary>
    /// Waits until the governor would admit the agent. Returns early if the remaining wait is longer than <see cref="ShortWait"/>. Does not
    /// start the agent.
    /// </summary>
    /// <param name="called">Canceled when the wait must end.</param>
    public async Task AwaitTurnAsync(RunStepExecutionContext execution, CancellationToken called)
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

    /// <summary>Lowers the agent's cost limit to the amount that the governor granted.</summary>
    public AgentRunLimits Limit(AgentRunLimits limits) =>
        _reservation?.GrantedMicros is { } micros && MicroDollars.ToDollars(micros) is var granted
            ? limits with
            {
                CostUsd = limits.CostUsd is { } own && own < granted ? own : granted,
            }
            : limits;

    /// <summary>Releases the lock on admissions, because the agent's process now exists.</summary>
    public void Launched(AgentRunFollower session)
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

    private DateOnly Today => CalendarDayCalculator.Today(services.Time);

    private AgentStartRequest Request => agent.ToRequest(_holder, Today);

    // An agent that started in an earlier attempt of this step, or in another process, may still be the one that probes the account.
    private async Task FindReservationAsync(CancellationToken stop)
    {
        try
        {
            var book = await services.Governor.ReadAsync(agent.Account, stop);
            var ledger = book.Of(agent.Account);
            var (own, shared) = (ledger.Find(agent.Id), book.Of(GovernorRequestByLedgerSplitter.Account).Find(agent.Id));
            _reservation = own is not null && shared is not null ? GovernorRequestByLedgerSplitter.Smaller(own, shared) : own ?? shared;
            Use.MayEndABlock = ledger.Park is not null;
        }
        catch (IOException)
        {
            // The usage is settled at the end even without the reservation.
        }
    }

    private Task<bool> CleanReservationsAsync(CancellationToken stop) =>
        new DeadAgentReservationCleaner(services, _prices).SettleDeadAsync(agent.Account, stop);

    private async Task<bool> IsWaitingShortlyAsync(CancellationToken stop)
    {
        try
        {
            return await services.Governor.IsWaitingAsync(Request, ShortWait, stop) && !await CleanReservationsAsync(stop);
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
