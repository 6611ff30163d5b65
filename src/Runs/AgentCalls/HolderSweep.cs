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
                && (await services.Governor.CallAsync(end, stop)) is var answer
            )
            {
                changes = true;
                await WriteDownAsync(end, reservation, answer, stop);
            }
        }
        return changes;
    }

    /// <summary>What becomes of a reservation; null: nothing.</summary>
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
                return AgentRunNotes.Read(one.Folder) is { } notes
                    ? call with
                    {
                        Ended = new RunEnd(
                            new Amount(MicroDollars.Of(notes.Cost), notes.Tokens).OrMore(new Amount(one.UsedMicros, one.UsedTokens)),
                            []
                        ),
                    }
                    : call with
                    {
                        Lost = true,
                    };
            default:
                return null;
        }
    }

    private async Task WriteDownAsync(GovernorCall end, Reservation one, GovernorAnswer answer, CancellationToken stop)
    {
        if (!answer.IsSettled || end.Ended is not { } ended || AgentRunNotes.Read(one.Folder) is not { } notes)
        {
            return;
        }
        var model = notes.Models.Count > 0 ? notes.Models[0] : one.Model;
        var tokens = new TokenCounts(notes.Tokens, 0, 0, 0);
        var micros = ended.Used.Micros > 0 ? ended.Used.Micros : prices.Find(model)?.Of(tokens) ?? 0;
        await UsageHistory
            .Of(services.Environment, services.Time)
            .AddAsync(
                new UsageRecord
                {
                    Id = one.Id,
                    Account = end.Account,
                    Run = one.Run,
                    Task = one.Task,
                    Attempt = one.Attempt,
                    Since = one.Since,
                    At = services.Time.GetUtcNow(),
                    IsPartial = true,
                    Models = [new ModelRecord(model, tokens, micros)],
                },
                stop
            );
    }
}
