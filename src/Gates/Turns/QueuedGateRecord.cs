namespace Orchestrator.Gates.Turns;

/// <summary>A gate that is waiting for another gate on this machine.</summary>
/// <param name="Gate">Name of the waiting gate.</param>
/// <param name="Origin">Run and task of the waiting gate.</param>
/// <param name="Since">Start of the wait.</param>
/// <param name="Exclusive">Exclusive name that both gates have. Null if one of the gates reruns alone after a resource conflict.</param>
/// <param name="HolderGate">Name of the gate for which it waits.</param>
/// <param name="Holder">Run and task of the gate for which it waits.</param>
public sealed record QueuedGateRecord(
    string Gate,
    GateOrigin Origin,
    DateTimeOffset Since,
    string? Exclusive,
    string HolderGate,
    GateOrigin Holder
)
{
    /// <summary>Returns all waiting gates of this user's live processes on this machine. Changes nothing.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyList<QueuedGateRecord> All(IReadOnlyDictionary<string, string> environment)
    {
        var folder = UserStateFolder.FolderOf(environment);
        var exclusive = GateScheduler.ExclusiveFolder(folder);
        IEnumerable<string> names = Directory.Exists(exclusive)
            ? Directory.EnumerateDirectories(exclusive).Order(StringComparer.Ordinal)
            : [];
        return [.. names.SelectMany(queue => In(queue, Path.GetFileName(queue))), .. In(GateScheduler.AllFolder(folder), null)];
    }

    /// <summary>
    /// Formats the record as part of a sentence that names the waiting gate, the gate that blocks it, and the reason for the wait.
    /// </summary>
    public override string ToString()
    {
        var what = Exclusive is null ? "because it must not run at the same time as" : $"for '{Exclusive}', held by";
        var where =
            Holder.Run == Origin.Run && Holder.Repository == Origin.Repository ? ""
            : Holder.Run.Length == 0 ? $" in {Holder.Repository} (orchestrate verify)"
            : $" of {Holder.Run} in {Holder.Repository}";
        var who = Holder.Task.Length == 0 ? $"the gate '{HolderGate}'{where}" : $"task {Holder.Task}{where}, gate '{HolderGate}'";
        return $"gate '{Gate}' waits {what} {who}";
    }

    internal static QueuedGateRecord Of(GateQueueTicket ticket, GateQueueTicket holder, string? exclusive) =>
        new(ticket.Gate, ticket.Origin, ticket.Since, exclusive, holder.Gate, holder.Origin);

    private static IEnumerable<QueuedGateRecord> In(string queue, string? name)
    {
        IReadOnlyList<GateQueueTicket> tickets = [.. GateQueueTicket.In(queue).Where(ticket => ticket.IsAlive())];
        foreach (var ticket in tickets)
        {
            if (ticket.HolderAmong(tickets) is { } holder)
            {
                yield return Of(ticket, holder, name);
            }
        }
    }
}
