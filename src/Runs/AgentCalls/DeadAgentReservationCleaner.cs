using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// Ends the reservations of dead processes on this host. The usage of an ended agent run is settled, and the reservation for an agent that
/// never started is released. The reservation for a running agent is kept.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="prices">Prices of tokens, for agents that did not report their cost.</param>
internal sealed class DeadAgentReservationCleaner(RunServiceBundle services, PriceTable prices)
{
    /// <summary>Maximum time between the admission of an agent and the start of its process.</summary>
    private static readonly TimeSpan LongestLaunch = TimeSpan.FromMinutes(2);

    /// <summary>Ends the reservations of dead processes in the ledgers that apply to an account.</summary>
    /// <param name="account">Name of the account that a waiting start needs.</param>
    /// <param name="stop">Cancels the sweep.</param>
    /// <returns>True if a ledger was changed.</returns>
    public async Task<bool> SettleDeadAsync(string account, CancellationToken stop)
    {
        var book = await services.Governor.ReadAsync(account, stop);
        var changes = false;
        // If two ledgers contain the same reservation, the call under the account's own name settles both.
        foreach (
            var (ledger, reservation) in book
                .Ledgers.Values.OrderBy(ledger => ledger.Account == GovernorRequestByLedgerSplitter.Account)
                .SelectMany(ledger => ledger.Reservations.Select(one => (ledger, one)))
                .DistinctBy(one => one.one.Id)
        )
        {
            if (
                reservation.Holder.Host == services.Host
                && EndOf(ledger.Account, reservation) is { } end
                // A reservation that was marked as lost can still be settled, but is not marked again.
                && !(end.Lost && reservation.IsLost)
            )
            {
                changes = true;
                await services.Governor.CallAsync(end.Ended is null ? end : await WriteUsageRecordAsync(end, reservation, stop), stop);
            }
        }
        return changes;
    }

    /// <summary>Returns the request to the governor that ends a reservation, or null if the reservation is still valid.</summary>
    private AccountGovernorRequest? EndOf(string account, AgentRunAccountReservation one)
    {
        var call = new AccountGovernorRequest
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = account,
            Id = one.Id,
            // If another process has become the holder in the meantime, that process ends the reservation.
            IfHeldBy = one.Holder,
        };
        var isAlive = ProcessIdentity.TryParse(one.Holder.Process)?.IsAlive() is true;
        if (one.Folder.Length == 0 || !Directory.Exists(one.Folder))
        {
            return isAlive ? null : call with { Lost = true };
        }
        switch (AgentSupervisor.ReadState(one.Folder))
        {
            case AgentRunStatus.NotStarted
            or AgentRunStatus.CancelledBeforeStart when !isAlive || services.Time.GetUtcNow() - one.Since > LongestLaunch:
                return call with { Released = true };
            // If the holder is alive, it follows the agent and settles the usage.
            case AgentRunStatus.Ended or AgentRunStatus.Died when !isAlive:
                return AgentRunOutcomeFile.Read(one.Folder) is not null
                    ? call with
                    {
                        Ended = new EndedAgentRunUsage(MoneyAndTokenAmount.Zero, []),
                    }
                    : call with
                    {
                        Lost = true,
                    };
            default:
                return null;
        }
    }

    /// <summary>Writes the usage record, and returns the request to the governor that charges the amount in this record.</summary>
    private async Task<AccountGovernorRequest> WriteUsageRecordAsync(
        AccountGovernorRequest end,
        AgentRunAccountReservation one,
        CancellationToken stop
    )
    {
        var record = await UsageRecordWriter.WriteDownAsync(
            one.Folder,
            one.Id,
            () => RecordOf(end.Account, one, AgentRunOutcomeFile.Read(one.Folder)!),
            UsageHistory.Of(services.Environment, services.Time),
            stop
        );
        return end with { Ended = new EndedAgentRunUsage(record.Sum, []) };
    }

    private UsageRecord RecordOf(string account, AgentRunAccountReservation one, AgentRunOutcomeFile notes)
    {
        var model = notes.Models.Count > 0 ? notes.Models[0] : one.Model;
        var tokens = new TokenCounts(notes.Tokens, 0, 0, 0);
        var cost = MicroDollars.Of(notes.Cost);
        var reported = new ModelUsageRecord(model, tokens, cost > 0 ? cost : prices.Find(model)?.Of(tokens) ?? 0);
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
            Models = [.. UsageRecordSerializer.AtLeast([reported], new MoneyAndTokenAmount(one.UsedMicros, one.UsedTokens), model)],
        };
    }
}
