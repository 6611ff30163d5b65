namespace Orchestrator.Usage;

/// <summary>
/// The queue for an account's slots. Order: higher priority, then the repository with the fewest running agents, then starts that continue
/// earlier work, then the earliest request.
/// </summary>
internal static class Waiters
{
    /// <summary>Time without a request after which a waiter is removed. Starts that wait for a reset send no requests meanwhile.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(8);

    /// <summary>
    /// Time without a request after which a waiter for a slot no longer counts. Such starts repeat their request every few seconds.
    /// </summary>
    private static readonly TimeSpan InLine = TimeSpan.FromSeconds(30);

    /// <summary>Minimum interval at which a waiter's last request time is updated.</summary>
    private static readonly TimeSpan Renewed = TimeSpan.FromSeconds(10);

    public static ImmutableArray<Waiter> Keep(ImmutableArray<Waiter> waiting, StartRequest request, DateTimeOffset now)
    {
        var known = waiting.FirstOrDefault(waiter => waiter.Id == request.Place);
        if (known is not null && known.IsUnderWay == request.IsUnderWay && now - known.SeenAt < Renewed)
        {
            return waiting;
        }
        var since = known?.Since ?? now;
        return Leave(waiting, request.Place)
            .RemoveAll(waiter => now - waiter.SeenAt > Life)
            .Add(new Waiter(request.Place, request.Repository, request.Priority, request.IsUnderWay, since, now));
    }

    public static ImmutableArray<Waiter> Leave(ImmutableArray<Waiter> waiting, string id) => waiting.RemoveAll(waiter => waiter.Id == id);

    public static Wait? Refusal(Ledger ledger, StartRequest request, DateTimeOffset now)
    {
        if (request.Slots is not { } slots)
        {
            return null;
        }
        var atWork = ledger.Reservations.Where(reservation => !reservation.IsLost).ToList();
        var since = ledger.Waiting.FirstOrDefault(waiter => waiter.Id == request.Place)?.Since ?? now;
        var line = ledger
            .Waiting.Where(waiter => waiter.Id != request.Place && now - waiter.SeenAt <= InLine)
            .Append(new Waiter(request.Place, request.Repository, request.Priority, request.IsUnderWay, since, now))
            .ToList();
        var busy = atWork.GroupBy(one => one.Repository).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        for (var free = slots - atWork.Count; free > 0; free--)
        {
            var next = line.OrderByDescending(waiter => waiter.Priority)
                .ThenBy(waiter => busy.GetValueOrDefault(waiter.Repository))
                .ThenByDescending(waiter => waiter.IsUnderWay)
                .ThenBy(waiter => waiter.Since)
                .ThenBy(waiter => waiter.Id, StringComparer.Ordinal)
                .First();
            if (next.Id == request.Place)
            {
                return null;
            }
            busy[next.Repository] = busy.GetValueOrDefault(next.Repository) + 1;
            line.Remove(next);
        }
        return new Wait(now + Governor.Soon, new NoSlot(ledger.Account, slots, atWork.Count));
    }
}
