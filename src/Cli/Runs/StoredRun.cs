using System.Text.Json;
using Orchestrator.Cli.Documents;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Runs;
using Orchestrator.Runs.Cleaning;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Runs;

/// <summary>A run as its folder tells it, without any engine.</summary>
/// <param name="Folder">Absolute path of <c>.orchestrator/runs/RUN</c>.</param>
/// <param name="Status">The run as it was after its last transition.</param>
/// <param name="WrittenAt">When that was written, UTC.</param>
internal sealed record StoredRun(string Folder, RunStatus Status, DateTimeOffset WrittenAt)
{
    /// <summary>Id of the run.</summary>
    public string Id => Status.RunId;

    /// <summary>Name of the run's folder: its id where that is fit for one.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Transitions, one JSON document per line.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>Report for people.</summary>
    public string ReportFile => Path.Combine(Folder, "reports", "report.md");

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

/// <summary>The runs of a repository, from its files alone.</summary>
internal static class StoredRuns
{
    /// <summary>All runs, the one that changed last first.</summary>
    public static IReadOnlyList<StoredRun> List(RepositoryLocation repository)
    {
        if (!Directory.Exists(repository.RunsFolder))
        {
            return [];
        }
        List<StoredRun> runs =
        [
            .. Directory
                .GetDirectories(repository.RunsFolder)
                .Where(folder => !Path.GetFileName(folder).StartsWith(RunRemoval.Mark, StringComparison.Ordinal))
                .Select(StoredRun.TryRead)
                .OfType<StoredRun>(),
        ];
        runs.Sort((a, b) => b.Status.StartedAt.CompareTo(a.Status.StartedAt));
        return runs;
    }

    /// <summary>The run that is meant, for reading: the latest where none is named.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">What was written.</param>
    /// <param name="read">The records, where they are read already.</param>
    /// <exception cref="CommandException">There is none, or the name fits none or several.</exception>
    public static StoredRun Require(RepositoryLocation repository, string? given, IReadOnlyList<StoredRun>? read = null)
    {
        // One folder is read where the name says which: with years of runs this must stay fast.
        if (given is not null && StoredRun.TryRead(Path.Combine(repository.RunsFolder, given)) is { } named)
        {
            return NewestExecution.Of(named, repository);
        }
        var runs = read ?? List(repository);
        if (given is not null)
        {
            var id = UniquePrefix.Find(given, [.. runs.Select(run => run.Id)], "run");
            return NewestExecution.Of(runs.First(run => run.Id == id), repository);
        }

        return runs.Count > 0
            ? NewestExecution.Of(runs[0], repository)
            : throw new CommandException(
                ExitCodes.Usage,
                $"There is no run in {repository.Root} yet.",
                "Start one with 'orchestrate run'."
            );
    }

    /// <summary>The run that is meant, for changing: where none is named, the only open one.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="given">What was written.</param>
    /// <param name="read">The records, where they are read already.</param>
    /// <exception cref="CommandException">The name fits none or several, none was given and not exactly one is open, or the run is at home
    /// in another place.</exception>
    public static StoredRun RequireOpen(RepositoryLocation repository, string? given, IReadOnlyList<StoredRun>? read = null) =>
        DemandHome(repository, given is null ? OnlyOpen(repository) : Require(repository, given, read));

    /// <summary>A run that may be changed from here: an open one is at home in this place.</summary>
    /// <exception cref="CommandException">It is at home in another one.</exception>
    public static StoredRun DemandHome(RepositoryLocation repository, StoredRun run)
    {
        // Its worktrees, its agents' folders and the queue of its steps have that place in their names.
        var home = run.Status.Repository;
        if (home.Length > 0 && !RunStates.IsFinal(run.Status.State) && !repository.IsAt(home))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"{run.Id} belongs to the repository at {home}, and this one, at {repository.Root}, is a copy of it or has been moved.",
                "Go on with it at that place (move the repository back if it was moved), or start its plan here: what is finished "
                    + "is taken up again."
            );
        }

        return run;
    }

    /// <summary>
    /// Those that have not ended. A record that calls a run open is asked about; one that a reset has begun anew is found by its name
    /// alone.
    /// </summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository) => Open(repository, List(repository));

    /// <summary>The same of records that are read already.</summary>
    public static IReadOnlyList<StoredRun> Open(RepositoryLocation repository, IEnumerable<StoredRun> all) =>
        [
            .. all.Where(run => !RunStates.IsFinal(run.Status.State))
                .Select(run => NewestExecution.Of(run, repository))
                .Where(run => !RunStates.IsFinal(run.Status.State)),
        ];

    /// <summary>The record of a run by its whole id; null where there is none.</summary>
    public static StoredRun? Find(RepositoryLocation repository, string id)
    {
        // An id that is no name for a folder has a folder of another name.
        var folder = Path.Combine(repository.RunsFolder, id);
        return (Directory.Exists(folder) ? StoredRun.TryRead(folder) : null) ?? List(repository).FirstOrDefault(run => run.Id == id);
    }

    private static StoredRun OnlyOpen(RepositoryLocation repository)
    {
        var open = Open(repository);
        return open switch
        {
            [var only] => only,
            [] => throw NoneOpen(repository),
            _ => throw SeveralOpen([.. open.Select(run => run.Id)]),
        };
    }

    /// <summary>Why a command that changes an open run can't go on.</summary>
    public static CommandException NoneOpen(RepositoryLocation repository) =>
        new(ExitCodes.Usage, $"No run is open in {repository.Root}.", "Start one with 'orchestrate run', or name the run you mean.");

    /// <inheritdoc cref="NoneOpen"/>
    public static CommandException SeveralOpen(IReadOnlyList<string> ids) =>
        new(ExitCodes.Usage, $"More than one run is open: {string.Join(", ", ids)}.", "Name the one you mean.");
}
