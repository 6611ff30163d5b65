using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Turns;

/// <summary>Origin of a gate, for people who wait for it.</summary>
/// <param name="Repository">Absolute path of the repository.</param>
/// <param name="Run">Id of the run; empty outside of one (<c>orchestrate verify</c>).</param>
/// <param name="Task">Id of the task; empty where the gate is not one task's.</param>
public sealed record GateOrigin(string Repository, string Run, string Task)
{
    /// <summary>No origin.</summary>
    public static GateOrigin None { get; } = new("", "", "");
}

/// <summary>A gate's place in a queue: a file that exists as long as the gate waits or runs.</summary>
/// <param name="Owner">The process that runs it, as <see cref="ProcessIdentity"/> writes it.</param>
/// <param name="Mark">The mark of all processes of the gate (<see cref="ProcessCommand.Mark"/>).</param>
/// <param name="Alone">It runs beside no other of its queue.</param>
/// <param name="Gate">The gate's name.</param>
/// <param name="Origin">Origin of the gate.</param>
/// <param name="Since">Time of arrival.</param>
internal sealed record GateTicket(string Owner, string Mark, bool Alone, string Gate, GateOrigin Origin, DateTimeOffset Since)
{
    private const string Extension = ".json";

    /// <summary>The ticket's number: earlier arrivals have lower ones.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    /// <summary>True if it must wait for an earlier one.</summary>
    internal bool WaitsFor(GateTicket other) => other.Number < Number && (Alone || other.Alone);

    /// <summary>True while the process that drew it lives.</summary>
    internal bool IsAlive() => ProcessIdentity.TryParse(Owner)?.IsAlive() == true;

    /// <summary>The tickets of a queue's folder in order. One that is removed meanwhile is left out.</summary>
    internal static IReadOnlyList<GateTicket> In(string folder) =>
        !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(Read).OfType<GateTicket>().OrderBy(ticket => ticket.Number)];

    /// <summary>Adds it to a queue: written to a temporary file and renamed.</summary>
    internal void Write(string folder)
    {
        OwnFile.Write(FileIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, GateTicketJson.Default.GateTicket));
    }

    internal void Remove(string folder) => File.Delete(FileIn(folder));

    private static GateTicket? Read(string file)
    {
        if (
            !long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || SmallFile.TryRead(file) is not { } content
        )
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(content, GateTicketJson.Default.GateTicket) is { } ticket
                ? ticket with
                {
                    Number = number,
                }
                : null;
        }
        catch (JsonException)
        {
            // After a power cut the file may be empty. Its owner is gone, too.
            return new GateTicket("", "", Alone: false, "", GateOrigin.None, DateTimeOffset.UnixEpoch) { Number = number };
        }
    }

    private string FileIn(string folder) => Path.Combine(folder, Number.ToString("D12", CultureInfo.InvariantCulture) + Extension);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GateTicket))]
internal sealed partial class GateTicketJson : JsonSerializerContext;
