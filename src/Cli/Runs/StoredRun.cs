using System.Text.Json;
using Orchestrator.Cli.Documents;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Runs;

/// <summary>A run as its folder tells it, without any engine.</summary>
/// <param name="Folder">Absolute path of <c>.orchestrator/runs/RUN</c>.</param>
/// <param name="Status">The run as it was after its last transition.</param>
/// <param name="WrittenAt">When that was written, UTC.</param>
internal sealed record StoredRun(string Folder, RunStatus Status, DateTimeOffset WrittenAt)
{
    /// <summary>The embedded engine's file was asked, and has no newer execution than the one that has told this end.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Id of the run.</summary>
    public string Id => Status.RunId;

    /// <summary>Name of the run's folder: its id where that is fit for one.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Transitions, one JSON document per line.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>What a person has to know who decides how it goes on; there from when it first came to a stand.</summary>
    public string EscalationFile => Path.Combine(Folder, "escalation-report.md");

    /// <summary>It is there, and is about how the run stands now.</summary>
    public bool HasEscalation => Status.State is RunStates.Escalated or RunStates.AwaitingPromotion && File.Exists(EscalationFile);

    /// <summary>Report for programs.</summary>
    public string ReportJsonFile => Path.Combine(Folder, "reports", "report.json");

    /// <summary>What became of the hunks that tasks brought, for people or programs.</summary>
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
            return new StoredRun(folder, ReadStatus(File.ReadAllBytes(file)), new DateTimeOffset(File.GetLastWriteTimeUtc(file)));
        }
        catch (JsonException fault)
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"{file} can't be read: {fault.Message}",
                "It is written anew at the run's next transition; of an ended run, move the folder away."
            );
        }
    }

    /// <summary>The status that a document holds. Missing members have their defaults, unknown ones are left out.</summary>
    /// <exception cref="JsonException">It is no such document.</exception>
    internal static RunStatus ReadStatus(ReadOnlySpan<byte> json) =>
        (
            JsonSerializer.Deserialize(json, RunJson.Default.RunStatus) ?? throw new JsonException("This is not the status of a run.")
        ).Summed();

    /// <summary>The run again, as it is now.</summary>
    public StoredRun Reload() => TryRead(Folder) ?? this;

    /// <summary>Writes down that the run has ended without having written it itself. One whose record has that end keeps it.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="time">When that was, UTC.</param>
    public void Close(RunResult result, DateTimeOffset time)
    {
        var now = Reload().Status;
        if (now.State == result.State)
        {
            return;
        }

        Write(Ended(now, result), time);
    }

    /// <summary>Writes down that what the run had landed was taken back. A record that says so already stays.</summary>
    /// <param name="reason">A sentence.</param>
    /// <param name="time">When that was, UTC.</param>
    /// <returns>The run as its record tells it now.</returns>
    public StoredRun Abort(string reason, DateTimeOffset time)
    {
        var now = Reload();
        if (now.Status.State != RunStates.Aborted)
        {
            Write(now.Status with { State = RunStates.Aborted, Reason = reason, LandedCommit = "", LandedOn = "" }, time);
        }
        return Reload();
    }

    // What the run was writing when it ended may still come, and counts less.
    private void Write(RunStatus changed, DateTimeOffset time)
    {
        changed = changed with { UpdatedAt = time, Sequence = changed.Sequence + RunStatus.ExecutionGap, Counts = null, Standing = null };
        ProgressRecorder.Append(
            EventsFile,
            [
                new RunEvent
                {
                    Sequence = changed.Sequence,
                    Time = time,
                    State = changed.State,
                    Reason = changed.Reason,
                },
            ]
        );
        DurableFile.Write(StatusFile(Folder), file => JsonSerializer.Serialize(file, changed, RunJson.Default.RunStatus));
    }

    /// <summary>The state of a run that could not say itself that it has ended.</summary>
    /// <param name="last">The last state that it told.</param>
    /// <param name="result">How it ended.</param>
    public static RunStatus Ended(RunStatus last, RunResult result) =>
        last with
        {
            State = result.State,
            Reason = result.Reason,
            Paused = false,
            Questions = [],
            Failing = [],
            Tasks =
            [
                .. last.Tasks.Select(task =>
                    TaskStates.IsEnd(task.State)
                        ? task
                        : task with
                        {
                            State = TaskStates.Cancelled,
                            Paused = false,
                            Reason = $"the run was {result.State}; its files stay",
                        }
                ),
            ],
        };

    /// <summary>A line for each time that the engine of a run in the background died and was started again.</summary>
    public static string CrashFile(string folder) => Path.Combine(folder, "crashes");

    private static string StatusFile(string folder) => Path.Combine(folder, "status.json");
}
