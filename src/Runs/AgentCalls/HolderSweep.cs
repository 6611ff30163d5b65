using Orchestrator.Accounts;
using Orchestrator.Agents.Supervision;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Looks after reservations of this machine whose holder is dead: an agent run that has ended is settled from its record; one that
/// never began gives back what it reserved; one that works on keeps it, and so does one that left nothing to count.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="prices">Prices for tokens without a cost.</param>
/// <param name="ledgers">The ledgers, which are locked.</param>
internal sealed class HolderSweep(RunServices services, PriceTable prices, AccountLedgers ledgers)
{
    /// <summary>Between admission and the agent's process nothing takes so long.</summary>
    private static readonly TimeSpan LongestLaunch = TimeSpan.FromMinutes(2);

    /// <summary>The book with what dead holders have left.</summary>
    public LedgerBook Settle(LedgerBook book, DateTimeOffset now)
    {
        foreach (var ledger in book.Ledgers.Values)
        {
            foreach (var reservation in ledger.Reservations.Where(one => !one.IsLost && one.Holder.Host == services.Host))
            {
                book = Settle(book, ledger.Account, reservation, now);
            }
        }
        return book;
    }

    private LedgerBook Settle(LedgerBook book, string account, Reservation one, DateTimeOffset now)
    {
        var isAlive = ProcessIdentity.TryParse(one.Holder.Process)?.IsAlive() is true;
        if (one.Folder.Length == 0 || !Directory.Exists(one.Folder))
        {
            return isAlive ? book : Governor.Lose(book, account, one.Id);
        }
        switch (AgentSupervisor.Look(one.Folder))
        {
            case AgentStartState.NotStarted or AgentStartState.CancelledBeforeStart when !isAlive || now - one.Since > LongestLaunch:
                return Governor.Release(book, account, one.Id);
            // Whoever follows it settles it.
            case AgentStartState.Ended or AgentStartState.Died when !isAlive:
                return FromRecord(book, account, one, now);
            default:
                return book;
        }
    }

    private LedgerBook FromRecord(LedgerBook book, string account, Reservation one, DateTimeOffset now)
    {
        if (AgentRunNotes.Read(one.Folder) is not { } notes)
        {
            return Governor.Lose(book, account, one.Id);
        }
        var used = new Amount(MicroDollars.Of(notes.Cost), notes.Tokens).OrMore(new Amount(one.UsedMicros, one.UsedTokens));
        var (settled, _) = Governor.Settle(book, account, one.Id, used, [], now);
        var model = notes.Models.Count > 0 ? notes.Models[0] : one.Model;
        var tokens = new TokenCounts(notes.Tokens, 0, 0, 0);
        var micros = used.Micros > 0 ? used.Micros : prices.Find(model)?.Of(tokens) ?? 0;
        new UsageHistory(ledgers.Folder, services.Time).Add(
            new UsageRecord
            {
                Id = one.Id,
                Account = account,
                Run = one.Run,
                Task = one.Task,
                Attempt = one.Attempt,
                Since = one.Since,
                At = now,
                IsPartial = true,
                Models = [new ModelRecord(model, tokens, micros)],
            }
        );
        return settled;
    }
}
