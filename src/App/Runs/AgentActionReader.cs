using System.Globalization;
using System.Text.Json;
using Orchestrator.Runs.Holds;
using Orchestrator.Runs.Reports.Gates;
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
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyDictionary<string, string> Read(string runFolder, RunStatus run, IReadOnlyDictionary<string, string> environment)
    {
        var doing = new Dictionary<string, string>();
        if (ReadHolds(run, environment) is [var hold, ..])
        {
            doing[""] = LocalTimeFormatter.In(hold.ToString());
        }
        foreach (var (wait, words) in RunQueuedGateFinder.Of(run, runFolder, environment))
        {
            doing.TryAdd(wait.Task, words);
        }
        foreach (var (task, step) in RunningGateOrSetUpFinder.Of(run, runFolder, environment))
        {
            doing.TryAdd(
                task,
                $"{step.Kind} '{step.Name}' for {DurationAndTokenFormatter.Time(TimeProvider.System.GetUtcNow() - step.Since)}"
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

        foreach (var conflict in ReadComing(runFolder, run))
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

    /// <summary>Returns the holds on agent starts that apply to the run. A hold on all runs comes first.</summary>
    public static IReadOnlyList<AgentStartHoldRecord> ReadHolds(RunStatus run, IReadOnlyDictionary<string, string> environment) =>
        RunStateNames.IsFinal(run.State)
            ? []
            :
            [
                .. new AgentStartHoldStore(environment, TimeProvider.System)
                    .Read()
                    .Where(hold => hold.AppliesTo(run.RunId, run.Repository))
                    .OrderBy(hold => !hold.IsOfAll),
            ];

    /// <summary>Returns the predicted conflicts for <c>status --json</c>.</summary>
    public static IReadOnlyList<PredictedConflict> ReadComing(string runFolder, RunStatus run) =>
        PredictedConflictList.Of(RepositoryOf(runFolder), run);

    /// <summary>Returns the status of a run with the current action of each agent, for <c>status --json</c>.</summary>
    public static RunStatus WithDoing(string runFolder, RunStatus run, IReadOnlyDictionary<string, string> environment)
    {
        var doing = Read(runFolder, run, environment);
        var steps = RunningGateOrSetUpFinder
            .Of(run, runFolder, environment)
            .DistinctBy(one => one.Task)
            .ToDictionary(one => one.Task, one => one.Step);
        return doing.Count == 0
            ? run
            : run with
            {
                Tasks =
                [
                    .. run.Tasks.Select(task =>
                        task with
                        {
                            Doing = doing.GetValueOrDefault(task.Id) ?? task.Doing,
                            Step = steps.GetValueOrDefault(task.Id),
                        }
                    ),
                ],
            };
    }

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
}
