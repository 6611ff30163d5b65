using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Usage;

namespace Orchestrator.Gates.Turns;

/// <summary>Shares of runs in the turns of an exclusive queue. Stored in a file beside the tickets, which is changed only under the queue's
/// lock.</summary>
/// <param name="Turns">Shares of the runs.</param>
/// <param name="Last">The turn that is running or ended last, or null if there was no turn.</param>
internal sealed record GateShares(FairTurns Turns, RunningTurn? Last)
{
    /// <summary>Reads the shares of a queue. Missing or damaged shares start from zero.</summary>
    internal static GateShares Read(string folder)
    {
        try
        {
            return
                SmallFile.TryRead(FileIn(folder)) is { } content
                && JsonSerializer.Deserialize(content, GateSharesJson.Default.GateShares) is { Turns: not null } shares
                ? shares
                : new GateShares(FairTurns.Empty, null);
        }
        catch (JsonException)
        {
            // After a power failure the file may be empty.
            return new GateShares(FairTurns.Empty, null);
        }
    }

    internal void Write(string folder) =>
        OwnFile.Write(FileIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, GateSharesJson.Default.GateShares));

    /// <summary>Adds the run of a new ticket.</summary>
    /// <param name="ticket">The new ticket.</param>
    /// <param name="others">All other tickets.</param>
    internal GateShares Join(GateTicket ticket, IReadOnlyList<GateTicket> others, DateTimeOffset now)
    {
        // The end of a turn is not recorded. A turn that ended while no gate was waiting is not charged for the time since then.
        IReadOnlyList<RunningTurn> running = [.. others.Where(other => other.Began is not null).Select(TurnOf)];
        var waiting = others.Where(other => other.Began is null).Select(other => other.Origin.RunKey).ToHashSet(StringComparer.Ordinal);
        var turns = Turns
            .Advance(running, now)
            .Join(ticket.Origin.RunKey, ticket.Origin.Priority, ticket.Origin.Weight, waiting, running, now);
        return new GateShares(turns, running.Count > 0 ? running[0] : null);
    }

    /// <summary>True if it is the ticket's turn.</summary>
    /// <param name="waiting">All waiting tickets, including this one.</param>
    internal bool HasTurn(GateTicket ticket, IEnumerable<GateTicket> waiting, DateTimeOffset now) =>
        Charged(now)
            .HasTurn(
                IdOf(ticket),
                waiting.Select(one => new WaitingTurn(IdOf(one), one.Origin.RunKey, IsUnderWay: false, one.Since)),
                free: 1
            );

    /// <summary>Returns the shares after the turn of a ticket has started.</summary>
    internal GateShares Begin(GateTicket ticket) => new(Charged(ticket.Began!.Value).Begin(ticket.Origin.RunKey), TurnOf(ticket));

    /// <summary>Returns the shares after the last turn was charged. If a gate is waiting, the last turn lasted until now.</summary>
    private FairTurns Charged(DateTimeOffset now) => Turns.Advance(Last is { } last ? [last] : [], now);

    private static RunningTurn TurnOf(GateTicket ticket) => new(ticket.Origin.RunKey, ticket.Began!.Value);

    private static string IdOf(GateTicket ticket) => ticket.Number.ToString("D12", CultureInfo.InvariantCulture);

    private static string FileIn(string folder) => Path.Combine(folder, "turns.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GateShares))]
internal sealed partial class GateSharesJson : JsonSerializerContext;
