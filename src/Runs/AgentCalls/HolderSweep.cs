using Orchestrator.Accounts;
using Orchestrator.Agents.Supervision;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Looks after reservations of this machine whose holder is dead: an agent run that has ended is settled from its record; one that
/// never began gives back what it reserved; one that works on keeps it, and so does one that left nothing to count.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="prices">Prices for tokens without a cost.</param>
internal sealed class HolderSweep(RunServices services, PriceTable prices)
{
    /// <summary>Between admission and the agent's process nothing takes so long.</summary>
    private static readonly TimeSpan LongestLaunch = TimeSpan.FromMinutes(2);

    /// <summary>Settles what dead holders have left.</summary>
    /// <param name="account">The account that somebody waits for.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Whether anything has changed.</returns>
    public async Task<bool> SettleAsync(string account, CancellationToken stop)
    {
        var book = await services.Governor.ReadAsync(account, stop);
        var changes = false;
        // One that is in two ledgers is settled by the account's name in both.
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
                // One that is lost may still be settled, and is lost only once.
                && !(end.Lost && reservation.IsLost)
            )
            {
                changes = true;
                await services.Governor.CallAsync(end.Ended is null ? end : await WrittenDownAsync(end, reservation, stop), stop);
            }
        }
        return changes;
    }

    /// <summary>The call that ends a reservation; null: none.</summary>
    private GovernorCall? EndOf(string account, Reservation one)
    {
        var call = new GovernorCall
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = account,
            Id = one.Id,
            // Whoever has taken it over meanwhile looks after it.
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
            // Whoever follows it settles it.
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

    /// <summary>Books the sum of the record, which is written first.</summary>
    private async Task<GovernorCall> WrittenDownAsync(GovernorCall end, Reservation one, CancellationToken stop)
    {
        var record = await UseOfStart.WriteDownAsync(
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
