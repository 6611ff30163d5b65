using System.Text.Json;
using Orchestrator.Runs.Reports;
using Orchestrator.Usage;

namespace Orchestrator.App.Runs;

/// <summary>A run as it is stored in its folder. Reading it needs no engine.</summary>
/// <param name="Folder">Absolute path of <c>.orchestrator/runs/RUN</c>.</param>
/// <param name="Status">Status of the run after its last recorded event.</param>
/// <param name="WrittenAt">Time at which the status was written, in UTC.</param>
public sealed record StoredRun(string Folder, RunStatus Status, DateTimeOffset WrittenAt)
{
    /// <summary>
    /// True if the embedded engine's database file was checked and contains no newer execution than the one whose end is recorded.
    /// </summary>
    public bool IsConfirmed { get; init; }

    /// <summary>
    /// Account ledgers from the run's Temporal server, or null if the server was not queried or the run is not on a server.
    /// </summary>
    public AccountLedgerSet? Shared { get; init; }

    /// <summary>Id of the run.</summary>
    public string Id => Status.RunId;

    /// <summary>Name of the run's folder. It is the id of the run if the id is valid as a folder name.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Absolute path of the file with the run's events, one JSON document per line.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>Absolute path of the report about the last escalation. The file does not exist before the run's first escalation.</summary>
    public string EscalationFile => Path.Combine(Folder, "escalation-report.md");

    /// <summary>True if the report about an escalation concerns the current state of the run.</summary>
    public bool HasEscalation => Status.State is RunStateNames.Escalated or RunStateNames.AwaitingPromotion && File.Exists(EscalationFile);

    /// <summary>Absolute path of the run report in JSON.</summary>
    public string ReportJsonFile => Path.Combine(Folder, "reports", "report.json");

    /// <summary>Returns the absolute path of the list of merged hunks with their states, in JSON or Markdown.</summary>
    public string LossesFile(bool isJson) => Path.Combine(Folder, "reports", isJson ? "losses.json" : "losses.md");

    /// <summary>Reads the folder of a run. Returns null if the folder contains no status yet.</summary>
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
            // The folder was removed in the meantime, for example by a cleanup.
            return null;
        }
        catch (JsonException fault)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{file} can't be read: {fault.Message}",
                "If the run is open, it rewrites this file when its state changes. If the run has ended, move its folder away."
            );
        }
    }

    /// <summary>Parses a run status from JSON. Missing members get their default values, and unknown members are ignored.</summary>
    /// <exception cref="JsonException">The text is not a valid status document.</exception>
    internal static RunStatus ReadStatus(ReadOnlySpan<byte> json) =>
        (
            JsonSerializer.Deserialize(json, RunJson.Default.RunStatus)
            ?? throw new JsonException("The file does not contain the status of a run.")
        ).Summed();

    /// <summary>
    /// Names of the agents that worked on the run, in the order of its tasks. Only the default agent if no agent run has ended yet.
    /// </summary>
    public IReadOnlyList<string> AgentNames => RunAgentList.Of(Folder, Status);

    /// <summary>Sentence about the full disk that holds the run's folder, or null if the disk has space.</summary>
    public string? FullDisk => DiskSpace.FullAt(Folder);

    /// <summary>
    /// Returns a run's name in refs and folders. It differs from the id if another client started the run with an id that is invalid there.
    /// </summary>
    public static string NameOf(string runId) => new RunFolder("/", runId).Name;

    /// <inheritdoc cref="RunPlanCache.TryReadPlan"/>
    public static Plan? TryReadPlan(string repository, RunStatus run) => RunPlanCache.TryReadPlan(repository, run);

    /// <summary>Reads the folder of the run again.</summary>
    public StoredRun Reload() => TryRead(Folder) ?? this;

    /// <summary>Records the end of a run that could not record its end itself. If an end is already recorded, it is kept.</summary>
    /// <param name="result">Result of the run.</param>
    /// <param name="time">Time of the end in UTC.</param>
    public void Close(RunResult result, DateTimeOffset time) => new RunRecord(Folder).Close(Status, result, time);

    /// <inheritdoc cref="RunRecord.Copy"/>
    public void Copy(RunStatus now) => new RunRecord(Folder).Copy(now);

    /// <summary>Returns the absolute path of the status file in a run's folder.</summary>
    internal static string StatusFile(string folder) => Path.Combine(folder, "status.json");
}
