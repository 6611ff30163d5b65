using System.Text.Json;
using Orchestrator.Runs.Reports;
using Orchestrator.Usage;

namespace Orchestrator.App.Runs;

/// <summary>A run as read from its folder, without an engine.</summary>
/// <param name="Folder">Absolute path of <c>.orchestrator/runs/RUN</c>.</param>
/// <param name="Status">Status of the run after its last transition.</param>
/// <param name="WrittenAt">Time at which the status was written, UTC.</param>
public sealed record StoredRun(string Folder, RunStatus Status, DateTimeOffset WrittenAt)
{
    /// <summary>True if the embedded engine's file was checked and has no newer execution than the one that recorded this end.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Ledgers of the run's server, or null if the server was not queried or the run is on no server.</summary>
    public LedgerBook? Shared { get; init; }

    /// <summary>Id of the run.</summary>
    public string Id => Status.RunId;

    /// <summary>Name of the run's folder, which is the id if the id is a valid folder name.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Absolute path of the file with the transitions, one JSON document per line.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>Absolute path of the report for the decision on an escalated run. The file exists after the first escalation.</summary>
    public string EscalationFile => Path.Combine(Folder, "escalation-report.md");

    /// <summary>True if there is an escalation report about the run's current state.</summary>
    public bool HasEscalation => Status.State is RunStates.Escalated or RunStates.AwaitingPromotion && File.Exists(EscalationFile);

    /// <summary>Absolute path of the machine-readable report.</summary>
    public string ReportJsonFile => Path.Combine(Folder, "reports", "report.json");

    /// <summary>Returns the absolute path of the file that lists the merged hunks with their fate, as JSON or Markdown.</summary>
    public string LossesFile(bool isJson) => Path.Combine(Folder, "reports", isJson ? "losses.json" : "losses.md");

    /// <summary>Reads a run's folder, or returns null if nothing has been written yet.</summary>
    public static StoredRun? TryRead(string folder)
    {
        var file = StatusFile(folder);
        if (!File.Exists(file))
        {
            return null;
        }
        try
        {
            // The time is read before the content, so that an old record never gets the time of a newer one.
            var written = new DateTimeOffset(File.GetLastWriteTimeUtc(file));
            return new StoredRun(folder, ReadStatus(File.ReadAllBytes(file)), written);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The folder was removed concurrently, for example by a cleanup.
            return null;
        }
        catch (JsonException fault)
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"{file} can't be read: {fault.Message}",
                "An open run rewrites it at its next transition. Move the folder of an ended run away."
            );
        }
    }

    /// <summary>Parses a status document. Missing members get their defaults, and unknown ones are ignored.</summary>
    /// <exception cref="JsonException">The text is not a valid status document.</exception>
    internal static RunStatus ReadStatus(ReadOnlySpan<byte> json) =>
        (
            JsonSerializer.Deserialize(json, RunJson.Default.RunStatus) ?? throw new JsonException("This is not the status of a run.")
        ).Summed();

    /// <summary>Reads the run again.</summary>
    public StoredRun Reload() => TryRead(Folder) ?? this;

    /// <summary>Records the end of a run that did not record it itself. An end that is already recorded is retained.</summary>
    /// <param name="result">Result of the run.</param>
    /// <param name="time">Time of the end, UTC.</param>
    public void Close(RunResult result, DateTimeOffset time) => new RunRecord(Folder).Close(Status, result, time);

    /// <inheritdoc cref="RunRecord.Copy"/>
    public void Copy(RunStatus now) => new RunRecord(Folder).Copy(now);

    internal static string StatusFile(string folder) => Path.Combine(folder, "status.json");
}
