namespace Orchestrator.Usage;

/// <summary>The queue for an account's slots, in the order of <see cref="RunFairShareTurnAllocator"/>.</summary>
internal static class AccountSlotQueue
{
    /// <summary>
    /// Time without a request after which a waiting start is removed from the queue. The time is long because starts that are waiting for a
    /// reset send no requests.
    /// </summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(8);

    /// <summary>
    /// Time without a request after which a queued start no longer counts as waiting for a slot. Starts that are waiting for a slot repeat
    /// their request every few seconds.
    /// </summary>
    private static readonly TimeSpan InLine = TimeSpan.FromSeconds(30);

    /// <summary>Minimum interval between two updates of a waiting start's last request time.</summary>
    private static readonly TimeSpan Renewed = TimeSpan.FromSeconds(10);

    public static ImmutableArray<QueuedAgentStart> Keep(
        ImmutableArray<QueuedAgentStart> waiting,
        AgentStartRequest request,
        DateTimeOffset now
    )
    {
        var known = waiting.FirstOrDefault(waiter => waiter.Id == request.Place);
        if (known is not null && known.IsUnderWay == request.IsUnderWay && now - known.SeenAt < Renewed)
        {
            return waiting;
        }
        return RemoveWaiting(waiting, request.Place)
            .RemoveAll(waiter => now - waiter.SeenAt > Life)
            .Add(Of(request, known?.Since ?? now, now));
    }

    public static ImmutableArray<QueuedAgentStart> RemoveWaiting(ImmutableArray<QueuedAgentStart> waiting, string id) =>
        waiting.RemoveAll(waiter => waiter.Id == id);

    /// <summary>
    /// Charges each run for the time during which its agents have been running on the account since the last charge. Must be called before
    /// a reservation ends.
    /// </summary>
    public static AccountLedger Advance(AccountLedger ledger, DateTimeOffset now) =>
        ledger.Turns.Advance(Running(ledger), now) is var turns && ReferenceEquals(turns, ledger.Turns)
            ? ledger
            : ledger with
            {
                Turns = turns,
            };

    /// <summary>Adds the run of a request to the runs that share the slots.</summary>
    /// <param name="ledger">Ledger without the request's earlier reservation.</param>
    /// <param name="before">Ledger before the request. If only time has passed since, the ledger stays unchanged, because each change is
    /// written to disk.</param>
    public static AccountLedger Join(AccountLedger ledger, AccountLedger before, AgentStartRequest request, DateTimeOffset now)
    {
        var advanced = Advance(before, now).Turns;
        var waiting = ledger
            .Waiting.Where(waiter => now - waiter.SeenAt <= InLine)
            .Select(RunOf)
            .ToImmutableHashSet(StringComparer.Ordinal);
        var joined = advanced.Join(request.RunKey, request.Priority, request.Weight, waiting, [.. Running(ledger)], now);
        var isChanged = !ReferenceEquals(joined, advanced) || ledger.Reservations != before.Reservations;
        return isChanged ? ledger with { Turns = joined } : ledger;
    }

    public static AgentStartDelayedDecision? Refusal(AccountLedger ledger, AgentStartRequest request, DateTimeOffset now, bool isFair)
    {
        if (request.Slots is not { } slots)
        {
            return null;
        }
        var atWork = ledger.Reservations.Where(reservation => !reservation.IsLost).ToList();
        var since = ledger.Waiting.FirstOrDefault(waiter => waiter.Id == request.Place)?.Since ?? now;
        var line = ledger
            .Waiting.Where(waiter => waiter.Id != request.Place && now - waiter.SeenAt <= InLine)
            .Append(Of(request, since, now))
            .ToList();
        var hasTurn = isFair
            ? Advance(ledger, now)
                .Turns.HasTurn(
                    request.Place,
                    line.Select(waiter => new RunFairShareTurnRequest(waiter.Id, RunOf(waiter), waiter.IsUnderWay, waiter.Since)),
                    slots - atWork.Count
                )
            : HasTurnByRepository(request.Place, line, atWork, slots);
        return hasTurn
            ? null
            : new AgentStartDelayedDecision(
                now + AgentStartAdmitter.Soon,
                new NoFreeSlotStartDelayCause(ledger.Account, slots, atWork.Count)
            );
    }

    /// <summary>
    /// True if the start is next in the queue order of earlier versions. This order is still needed to replay histories of the governor's
    /// workflow.
    /// </summary>
    private static bool HasTurnByRepository(string id, List<QueuedAgentStart> line, List<AgentRunAccountReservation> atWork, int slots)
    {
        var busy = atWork.GroupBy(one => one.Repository).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        for (var free = slots - atWork.Count; free > 0; free--)
        {
            var next = line.OrderByDescending(waiter => waiter.Priority)
                .ThenBy(waiter => busy.GetValueOrDefault(waiter.Repository))
                .ThenByDescending(waiter => waiter.IsUnderWay)
                .ThenBy(waiter => waiter.Since)
                .ThenBy(waiter => waiter.Id, StringComparer.Ordinal)
                .First();
            if (next.Id == id)
            {
                return true;
            }
            busy[next.Repository] = busy.GetValueOrDefault(next.Repository) + 1;
            line.Remove(next);
        }
        return false;
    }

    private static QueuedAgentStart Of(AgentStartRequest request, DateTimeOffset since, DateTimeOffset now) =>
        new(request.Place, request.Repository, request.Priority, request.IsUnderWay, since, now, request.Run);

    private static string RunOf(QueuedAgentStart waiter) => $"{waiter.Repository}/{waiter.Run}";

    private static IEnumerable<ActiveRunFairShareTurn> Running(AccountLedger ledger) =>
        ledger
            .Reservations.Where(reservation => !reservation.IsLost)
            .Select(reservation => new ActiveRunFairShareTurn($"{reservation.Repository}/{reservation.Run}", reservation.Since));
}
