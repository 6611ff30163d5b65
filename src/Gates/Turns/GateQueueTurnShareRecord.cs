using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Usage;

namespace Orchestrator.Gates.Turns;

/// <summary>
/// Record of how runs share the turns in a queue whose gates run one at a time. The record is stored in a file in the queue's folder, which
/// is changed only while the queue's lock is held.
/// </summary>
/// <param name="Turns">Shares of the runs.</param>
/// <param name="Last">The turn that is running or ended last, or null if there was no turn.</param>
internal sealed record GateQueueTurnShareRecord(RunFairShareTurnAllocator Turns, ActiveRunFairShareTurn? Last)
{
    /// <summary>Reads the record of a queue. If the record is missing or damaged, all shares start from zero.</summary>
    internal static GateQueueTurnShareRecord Read(string folder)
    {
        try
        {
            return
                SmallFileReader.TryRead(FileIn(folder)) is { } content
                && JsonSerializer.Deserialize(content, GateQueueTurnShareJsonContext.Default.GateQueueTurnShareRecord)
                    is { Turns: not null } shares
                ? shares
                : new GateQueueTurnShareRecord(RunFairShareTurnAllocator.Empty, null);
        }
        catch (JsonException)
        {
            // After a power failure the file may be empty.
            return new GateQueueTurnShareRecord(RunFairShareTurnAllocator.Empty, null);
        }
    }

    internal void Write(string folder) =>
        SymlinkSafeFileWriter.Write(
            FileIn(folder),
            JsonSerializer.SerializeToUtf8Bytes(this, GateQueueTurnShareJsonContext.Default.GateQueueTurnShareRecord)
        );

    /// <summary>Returns the record after adding the run of a new ticket.</summary>
    /// <param name="ticket">The new ticket.</param>
    /// <param name="others">All other tickets.</param>
    internal GateQueueTurnShareRecord Join(GateQueueTicket ticket, IReadOnlyList<GateQueueTicket> others, DateTimeOffset now)
    {
        // The end of a turn is not recorded. A turn that ended while no gate was waiting is not charged for the time since then.
        IReadOnlyList<ActiveRunFairShareTurn> running = [.. others.Where(other => other.Began is not null).Select(TurnOf)];
        var waiting = others.Where(other => other.Began is null).Select(other => other.Origin.RunKey).ToHashSet(StringComparer.Ordinal);
        var turns = Turns
            .Advance(running, now)
            .Join(ticket.Origin.RunKey, ticket.Origin.Priority, ticket.Origin.Weight, waiting, running, now);
        return new GateQueueTurnShareRecord(turns, running.Count > 0 ? running[0] : null);
    }

    /// <summary>True if the ticket's gate may run now.</summary>
    /// <param name="waiting">All waiting tickets, including this one.</param>
    internal bool HasTurn(GateQueueTicket ticket, IEnumerable<GateQueueTicket> waiting, DateTimeOffset now) =>
        Charged(now)
            .HasTurn(
                IdOf(ticket),
                waiting.Select(one => new RunFairShareTurnRequest(IdOf(one), one.Origin.RunKey, IsUnderWay: false, one.Since)),
                free: 1
            );

    /// <summary>Returns the record after the turn of a ticket has started.</summary>
    internal GateQueueTurnShareRecord Begin(GateQueueTicket ticket) =>
        new(Charged(ticket.Began!.Value).Begin(ticket.Origin.RunKey), TurnOf(ticket));

    /// <summary>
    /// Returns the shares after charging the duration of the last turn to its run. If a gate is waiting, the last turn is assumed to have
    /// lasted until now.
    /// </summary>
    private RunFairShareTurnAllocator Charged(DateTimeOffset now) => Turns.Advance(Last is { } last ? [last] : [], now);

    private static ActiveRunFairShareTurn TurnOf(GateQueueTicket ticket) => new(ticket.Origin.RunKey, ticket.Began!.Value);

    private static string IdOf(GateQueueTicket ticket) => ticket.Number.ToString("D12", CultureInfo.InvariantCulture);

    private static string FileIn(string folder) => Path.Combine(folder, "turns.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GateQueueTurnShareRecord))]
internal sealed partial class GateQueueTurnShareJsonContext : JsonSerializerContext;
