using System.Globalization;
using System.Text.Json;
using Orchestrator.Gates.Turns;
using Orchestrator.Runs.Holds;
using Orchestrator.Runs.Tasks.ConflictPrediction;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Runs;

/// <summary>
/// Reads the current actions of a run's agents, the reasons why gates are waiting, and the predicted conflicts. The agents' actions come
/// from <c>progress.json</c> in the folders of agent runs.
/// </summary>
public static class AgentActionReader
{
    /// <summary>
    /// Returns a line for each task that has a running agent, gate or set-up command, or a waiting gate. The line with an empty id
    /// describes a gate of the whole run, or a hold on agent starts.
    /// </summary>
    /// <param name="folder">Absolute path of the run's folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyDictionary<string, string> Read(string folder, RunStatus run, IReadOnlyDictionary<string, string> environment) =>
        Describe(folder, run, Find(folder, run, environment));

    /// <summary>
    /// Returns the status of a run with its unread messages, the current action of each agent, waiting gates, predicted conflicts and
    /// holds, for <c>status --json</c>.
    /// </summary>
    public static RunStatus WithActivity(string runFolder, RunStatus run, IReadOnlyDictionary<string, string> environment)
    {
        var found = Find(runFolder, run, environment);
        var doing = Describe(runFolder, run, found);
        var steps = found.Running.DistinctBy(step => step.Origin.Task).ToDictionary(step => step.Origin.Task, StatusOf);
        return run with
        {
            Tasks =
            [
                .. WithMail(runFolder, run)
                    .Tasks.Select(task =>
                        task with
                        {
                            Doing = doing.GetValueOrDefault(task.Id) ?? task.Doing,
                            Step = steps.GetValueOrDefault(task.Id),
                        }
                    ),
            ],
            Waiting = [.. found.Queued.Select(StatusOf)],
            Coming = found.Coming,
            Held = found.Holds,
        };
    }

    // Everything is read once. A run that has ended has none of it.
    private static RunActivity Find(string runFolder, RunStatus run, IReadOnlyDictionary<string, string> environment)
    {
        if (RunStateNames.IsFinal(run.State))
        {
            return new([], [], [], []);
        }
        var name = Path.GetFileName(runFolder);
        var queued = QueuedGateRecord.All(environment);
        return new(
            new AgentStartHoldStore(environment, TimeProvider.System).Of(run.RunId, run.Repository),
            [.. queued.Where(gate => gate.Origin.Run == name)],
            [.. RunningGateOrSetUp.All(environment, queued).Where(step => step.Origin.Run == name).OrderBy(step => step.Since)],
            PredictedConflicts.List(RepositoryOf(runFolder), run)
        );
    }

    private static Dictionary<string, string> Describe(string runFolder, RunStatus run, RunActivity found)
    {
        var doing = new Dictionary<string, string>();
        if (found.Holds is [var hold, ..])
        {
            doing[""] = LocalTimeFormatter.In(hold.ToString());
        }
        foreach (var gate in found.Queued)
        {
            doing.TryAdd(gate.Origin.Task, gate.ToString());
        }
        foreach (var step in found.Running)
        {
            doing.TryAdd(
                step.Origin.Task,
                $"{StatusOf(step).Kind} '{step.Name}' for {DurationAndTokenFormatter.Time(TimeProvider.System.GetUtcNow() - step.Since)}"
            );
        }
        foreach (var task in run.Tasks)
        {
            if (task.State is not (TaskStateNames.Executing or TaskStateNames.Remediating) || task.Starts == 0)
            {
                continue;
            }
            if (
                task.Reason.Length == 0
                && LastStart(Path.Combine(runFolder, "tasks", task.Id)) is { } folder
                && ReadLine(Path.Combine(folder, "progress.json")) is { } line
            )
            {
                doing[task.Id] = line;
            }
        }

        foreach (var conflict in found.Coming)
        {
            Warn(conflict.First, conflict.Second, conflict.Files);
            Warn(conflict.Second, conflict.First, conflict.Files);
        }
        return doing;

        void Warn(string task, string other, IReadOnlyList<string> files)
        {
            var coming = $"conflict with {other} is predicted in {files[0]}{(files.Count > 1 ? $" and {files.Count - 1} more" : "")}";
            doing[task] = doing.TryGetValue(task, out var line) ? $"{coming}; {line}" : coming;
        }
    }

    private static RunningGateOrSetUpStatus StatusOf(RunningGateOrSetUp step) =>
        new(step.IsSetUp ? RunningGateOrSetUpStatus.SetUp : RunningGateOrSetUpStatus.Gate, step.Name, step.Since);

    private static WaitingGateStatus StatusOf(QueuedGateRecord gate) =>
        new(
            gate.Origin.Task,
            gate.Gate,
            gate.Exclusive,
            gate.HolderGate,
            gate.Holder.Task,
            gate.Holder.Run,
            gate.Holder.Repository,
            gate.Since
        );

    /// <summary>Returns the status of a run with the number of unread messages of each open task.</summary>
    public static RunStatus WithMail(string runFolder, RunStatus run)
    {
        if (!File.Exists(Mailbox.PathIn(runFolder)))
        {
            return run;
        }
        var open = RunStateNames.IsFinal(run.State)
            ? []
            : run.Tasks.Where(task => !TaskStateNames.IsDone(task.State)).Select(task => task.Id);
        var waiting = new Mailbox(new RunFolder(RepositoryOf(runFolder), run.RunId), TimeProvider.System).CountUnread(open);
        return waiting.Count == 0
            ? run
            : run with
            {
                Tasks = [.. run.Tasks.Select(task => task with { UnreadMail = waiting.GetValueOrDefault(task.Id) })],
            };
    }

    // The folder of a run is .orchestrator/runs/RUN in its repository.
    private static string RepositoryOf(string runFolder) => Path.GetFullPath(Path.Combine(runFolder, "..", "..", ".."));

    /// <summary>
    /// Returns the folder of a task's last agent run. Returns null if there is none, even if the task already has a folder.
    /// </summary>
    public static string? LastStart(string taskFolder) =>
        !Directory.Exists(taskFolder)
            ? null
            : Directory
                .GetDirectories(taskFolder)
                .Select(folder =>
                    (
                        folder,
                        number: int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                            ? number
                            : 0
                    )
                )
                .Where(start => start.number > 0)
                .OrderByDescending(start => start.number)
                .Select(start => start.folder)
                .FirstOrDefault();

    // The file is replaced atomically, so it is either complete or missing.
    private static string? ReadLine(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty("doing", out var doing) || doing.GetString() is not { Length: > 0 } line)
            {
                return null;
            }
            var context = document.RootElement.TryGetProperty("contextTokens", out var tokens) ? tokens.GetInt64() : 0;
            return context > 0 ? $"{line} (context {DurationAndTokenFormatter.Tokens(context)})" : line;
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    private sealed record RunActivity(
        IReadOnlyList<AgentStartHoldStatus> Holds,
        IReadOnlyList<QueuedGateRecord> Queued,
        IReadOnlyList<RunningGateOrSetUp> Running,
        IReadOnlyList<PredictedConflict> Coming
    );
}
