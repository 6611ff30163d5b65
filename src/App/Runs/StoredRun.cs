using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.Usage;

namespace Orchestrator.App.Runs;

/// <summary>A run from its folder, without an engine.</summary>
/// <param name="Folder">Absolute path of <c>.orchestrator/runs/RUN</c>.</param>
/// <param name="Status">The run as it was after its last transition.</param>
/// <param name="WrittenAt">When that was written, UTC.</param>
public sealed record StoredRun(string Folder, RunStatus Status, DateTimeOffset WrittenAt)
{
    /// <summary>The embedded engine's file was checked, and has no newer execution than the one that has recorded this end.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Ledgers of the server that the run is on, which was asked; null: it was not, or the run is on none.</summary>
    public LedgerBook? Shared { get; init; }

    /// <summary>Id of the run.</summary>
    public string Id => Status.RunId;

    /// <summary>Name of the run's folder: its id where that is valid for one.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Transitions, one JSON document per line.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>The report for the person who decides how it goes on; exists from the first escalation on.</summary>
    public string EscalationFile => Path.Combine(Folder, "escalation-report.md");

    /// <summary>True if there is an escalation report that is about the run's present state.</summary>
    public bool HasEscalation => Status.State is RunStates.Escalated or RunStates.AwaitingPromotion && File.Exists(EscalationFile);

    /// <summary>Report for programs.</summary>
    public string ReportJsonFile => Path.Combine(Folder, "reports", "report.json");

    /// <summary>Absolute path of the file that says what became of the merged hunks, for people or programs.</summary>
    public string LossesFile(bool isJson) => Path.Combine(Folder, "reports", isJson ? "losses.json" : "losses.md");

    /// <summary>Reads a run's folder; null where nothing was written yet.</summary>
    public static StoredRun? TryRead(string folder)
    {
        var file = StatusFile(folder);
        if (!File.Exists(file))
        {
            return null;
        }
        try
        {
            // Before it is read: a record is never taken for a later one.
            var written = new DateTimeOffset(File.GetLastWriteTimeUtc(file));
            return new StoredRun(folder, ReadStatus(File.ReadAllBytes(file)), written);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Removed since, as by a cleanup.
            return null;
        }
        catch (JsonException fault)
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"{file} can't be read: {fault.Message}",
                "It is written anew at the run's next transition; of an ended run, move the folder away."
            );
        }
    }

    /// <summary>The status in a document. Missing members have their defaults, unknown ones are ignored.</summary>
    /// <exception cref="JsonException">It is no such document.</exception>
    internal static RunStatus ReadStatus(ReadOnlySpan<byte> json) =>
        (
            JsonSerializer.Deserialize(json, RunJson.Default.RunStatus) ?? throw new JsonException("This is not the status of a run.")
        ).Summed();

    /// <summary>The run, read again.</summary>
    public StoredRun Reload() => TryRead(Folder) ?? this;

    /// <summary>Records the end of a run that did not record it itself. An end that is recorded already stays.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="time">When that was, UTC.</param>
    public void Close(RunResult result, DateTimeOffset time) => new RunRecord(Folder).Close(Status, result, time);

    /// <inheritdoc cref="RunRecord.Copy"/>
    public void Copy(RunStatus now) => new RunRecord(Folder).Copy(now);

    internal static string StatusFile(string folder) => Path.Combine(folder, "status.json");
}
