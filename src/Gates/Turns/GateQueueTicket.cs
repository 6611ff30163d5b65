using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Turns;

/// <summary>Run and task to which a gate belongs. Shown to users who wait for the gate.</summary>
/// <param name="Repository">Absolute path of the repository.</param>
/// <param name="Run">Id of the run. Empty outside a run (<c>orchestrate verify</c>).</param>
/// <param name="Task">Id of the task. Empty if the gate does not belong to a single task.</param>
public sealed record GateOrigin(string Repository, string Run, string Task)
{
    /// <summary>Priority of the run, from the setting <c>usage.priority</c>. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>
    /// Weight of the run, which determines its share of turns relative to other runs of the same priority. Minimum and default: 1.
    /// </summary>
    public int Weight
    {
        get;
        init => field = Math.Max(1, value);
    } = 1;

    /// <summary>Key that identifies the run among the runs of all repositories.</summary>
    [JsonIgnore]
    internal string RunKey => $"{Repository}/{Run}";

    /// <summary>Origin without a repository, a run or a task.</summary>
    public static GateOrigin None { get; } = new("", "", "");
}

/// <summary>Position of a gate in a queue. Stored in a file that exists while the gate waits or runs.</summary>
/// <param name="Owner">Process that runs the gate, as written by <see cref="ProcessIdentity"/>.</param>
/// <param name="Mark">Mark of all processes of the gate (<see cref="ChildProcessOptions.Mark"/>).</param>
/// <param name="Alone">True if the gate must not run at the same time as other gates of its queue.</param>
/// <param name="Gate">Name of the gate.</param>
/// <param name="Origin">Run and task of the gate.</param>
/// <param name="Since">Time at which the gate entered the queue.</param>
internal sealed record GateQueueTicket(string Owner, string Mark, bool Alone, string Gate, GateOrigin Origin, DateTimeOffset Since)
{
    private const string Extension = ".json";

    /// <summary>Number of the ticket. Tickets are numbered in order of arrival.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    /// <summary>
    /// Start time of the gate in a queue in which runs take turns. Null while the gate is waiting, and always null in other queues.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Began { get; init; }

    /// <summary>
    /// True if this ticket must wait for the other ticket. That is so if at least one of the gates must run alone and the other ticket's
    /// gate is running or was queued first.
    /// </summary>
    internal bool WaitsFor(GateQueueTicket other) =>
        Began is null && (Alone || other.Alone) && (other.Began is not null || other.Number < Number);

    /// <summary>Returns the ticket for which this ticket waits, preferably one whose gate is running. Null if this ticket does not
    /// wait.</summary>
    internal GateQueueTicket? HolderAmong(IEnumerable<GateQueueTicket> others) =>
        others.Where(WaitsFor).MaxBy(other => other.Began is not null);

    /// <summary>True while the process that owns the ticket is alive.</summary>
    internal bool IsAlive() => ProcessIdentity.TryParse(Owner)?.IsAlive() == true;

    /// <summary>Returns the tickets in the folder of a queue, in order. Tickets that are removed during the call are skipped.</summary>
    internal static IReadOnlyList<GateQueueTicket> In(string folder) =>
        !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(folder, "*" + Extension)
                    .Select(Read)
                    .OfType<GateQueueTicket>()
                    .OrderBy(ticket => ticket.Number),
            ];

    /// <summary>Writes the ticket to the folder of a queue by an atomic rename.</summary>
    internal void Write(string folder)
    {
        SymlinkSafeFileWriter.Write(
            FileIn(folder),
            JsonSerializer.SerializeToUtf8Bytes(this, GateQueueTicketJsonContext.Default.GateQueueTicket)
        );
    }

    internal void Remove(string folder) => File.Delete(FileIn(folder));

    private static GateQueueTicket? Read(string file)
    {
        if (
            !long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || SmallFileReader.TryRead(file) is not { } content
        )
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(content, GateQueueTicketJsonContext.Default.GateQueueTicket) is { } ticket
                ? ticket with
                {
                    Number = number,
                }
                : null;
        }
        catch (JsonException)
        {
            // After a power failure, the file may be empty. The owner of the ticket is then dead.
            return new GateQueueTicket("", "", Alone: false, "", GateOrigin.None, DateTimeOffset.UnixEpoch) { Number = number };
        }
    }

    private string FileIn(string folder) => Path.Combine(folder, Number.ToString("D12", CultureInfo.InvariantCulture) + Extension);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GateQueueTicket))]
internal sealed partial class GateQueueTicketJsonContext : JsonSerializerContext;
