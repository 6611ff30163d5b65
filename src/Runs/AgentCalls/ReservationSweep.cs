using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Sweeps reservations on this host whose holder process is dead. An agent run that ended is settled from its record; one that
/// never started releases its reservation. A running agent keeps its reservation, as does one whose usage is unknown.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="prices">Prices for tokens whose cost was not reported.</param>
internal sealed class ReservationSweep(RunServices services, PriceTable prices)
{
    /// <summary>Upper bound for the time between admission and the start of the agent's process.</summary>
    private static readonly TimeSpan LongestLaunch = TimeSpan.FromMinutes(2);

    /// <summary>Settles the reservations of dead holders.</summary>
    /// <param name="account">The account that a start waits for.</param>
    /// <param name="stop">Cancels the sweep.</param>
    /// <returns>True if anything changed.</returns>
    public async Task<bool> SettleAsync(string account, CancellationToken stop)
    {
        var book = await services.Governor.ReadAsync(account, stop);
        var changes = false;
        // A reservation in two ledgers is settled in both under the account's name.
        foreach (
            var (ledger, reservation) in book
                .Ledgers.Values.OrderBy(ledger => ledger.Account == SharedBudgets.Account)
                .SelectMany(ledger => ledger.Reservations.Select(one => (ledger, one)))
                .DistinctBy(one => one.one.Id)
        )
        {
            if (
                reservation.Holder.Host == services.Host
                && EndOf(ledger.Account, reservation) is { } end
                // A lost reservation may still be settled, but is marked as lost only once.
                && !(end.Lost && reservation.IsLost)
            )
            {
                changes = true;
                await services.Governor.CallAsync(end.Ended is null ? end : await WrittenDownAsync(end, reservation, stop), stop);
            }
        }
        return changes;
    }

    /// <summary>Returns the governor call that ends a reservation, or null if none is due.</summary>
    private GovernorCall? EndOf(string account, Reservation one)
    {
        var call = new GovernorCall
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = account,
            Id = one.Id,
            // A process that has taken the reservation over in the meantime is responsible for it.
            IfHeldBy = one.Holder,
        };
        var isAlive = ProcessIdentity.TryParse(one.Holder.Process)?.IsAlive() is true;
        if (one.Folder.Length == 0 || !Directory.Exists(one.Folder))
        {
            return isAlive ? null : call with { Lost = true };
        }
        switch (AgentSupervisor.Look(one.Folder))
        {
            case AgentStartState.NotStarted
            or AgentStartState.CancelledBeforeStart when !isAlive || services.Time.GetUtcNow() - one.Since > LongestLaunch:
                return call with { Released = true };
            // A process that follows the agent settles it.
            case AgentStartState.Ended or AgentStartState.Died when !isAlive:
                return AgentRunNotes.Read(one.Folder) is not null
                    ? call with
                    {
                        Ended = new RunEnd(Amount.Zero, []),
                    }
                    : call with
                    {
                        Lost = true,
                    };
            default:
                return null;
        }
    }

    /// <summary>Writes the usage record first, and returns the call with its sum.</summary>
    private async Task<GovernorCall> WrittenDownAsync(GovernorCall end, Reservation one, CancellationToken stop)
    {
        var record = await UsageRecordWriter.WriteDownAsync(
            one.Folder,
            one.Id,
            () => RecordOf(end.Account, one, AgentRunNotes.Read(one.Folder)!),
            UsageHistory.Of(services.Environment, services.Time),
            stop
        );
        return end with { Ended = new RunEnd(record.Sum, []) };
    }

    private UsageRecord RecordOf(string account, Reservation one, AgentRunNotes notes)
    {
        var model = notes.Models.Count > 0 ? notes.Models[0] : one.Model;
        var tokens = new TokenCounts(notes.Tokens, 0, 0, 0);
        var cost = MicroDollars.Of(notes.Cost);
        var reported = new ModelRecord(model, tokens, cost > 0 ? cost : prices.Find(model)?.Of(tokens) ?? 0);
        return new UsageRecord
        {
            Id = one.Id,
            Account = notes.Account is { Length: > 0 } known ? known : account,
            Run = one.Run,
            Task = one.Task,
            Attempt = one.Attempt,
            Since = one.Since,
            At = services.Time.GetUtcNow(),
            IsPartial = true,
            Models = [.. UsageRecords.AtLeast([reported], new Amount(one.UsedMicros, one.UsedTokens), model)],
        };
    }
}
