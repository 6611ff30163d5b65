using System.Globalization;
using System.Text;
using Orchestrator.Agents;
using Orchestrator.Agents.Hooks;
using Orchestrator.Git.Program;
using Orchestrator.Runs.Tasks.ConflictPrediction;

namespace Orchestrator.App.Callbacks;

/// <summary>
/// Answers an agent's queries about its run from the run's files, so that no running orchestrator is needed. The files are read again for
/// each query.
/// </summary>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
/// <param name="task">Id of the agent's task.</param>
public sealed class AgentInformationRequestResponder(string repository, string run, string task, string startFolder)
{
    private const int MostTasks = 60;
    private const int MostPaths = 8;
    private const int MostText = 160;
    private readonly RunFolder _folder = new(repository, run);

    /// <summary>
    /// Describes the agent's own task and the tasks of the plan, each with its state. The number of listed tasks is limited, and related
    /// tasks have precedence over other tasks.
    /// </summary>
    /// <exception cref="RunStepFailedException">The run's files are missing.</exception>
    public string Plan()
    {
        var files = Load();
        var own = files.TaskWithLent(task);
        var status = Status();
        var near = files.Plan.Tasks.Where(other => IsNear(own, other)).ToList();
        var shown = near.Concat(files.Plan.Tasks.Except(near)).Take(MostTasks).ToHashSet();
        var text = new StringBuilder().Append($"Run {run}, as of {Time(status)}. You work on {own.Id}: {Line(own.Description)}\n");
        text.Append($"You may write: {Paths(own)}. It depends on: {Names(own.DependsOn)}.\n\nTasks:\n");
        foreach (var other in files.Plan.Tasks.Where(shown.Contains))
        {
            text.Append($"- {other.Id} [{StateOf(status, other.Id)}] {Line(other.Description)}")
                .Append(other.DependsOn.Count > 0 ? $" (after {Names(other.DependsOn)})" : "")
                .Append('\n');
        }
        return Rest(text, files.Plan.Tasks.Count - shown.Count).ToString();
    }

    /// <summary>
    /// Checks whether the agent's task may write a file, and lists other tasks that own the file. The hook that checks tool calls and the
    /// check of the commit use the same rule.
    /// </summary>
    /// <param name="path">Absolute path of the file, or its path relative to the worktree.</param>
    /// <exception cref="RunStepFailedException">The run's files are missing.</exception>
    public string Ownership(string path)
    {
        var files = Load();
        var policy = AgentRunPermissions.Parse(Encoding.UTF8.GetString(Read(Path.Combine(startFolder, "policy"))));
        string? relative;
        try
        {
            relative = ToolCallPermissionHook.InWorktree(policy, path);
        }
        catch (IOException circle)
        {
            return $"Not allowed: {circle.Message}";
        }
        var ownership = policy.Write is null ? null : Plans.TaskFileOwnership.Of(policy.Write.Concat(policy.Append));
        var decision = ToolCallPermissionHook.DecideWrite(policy, name => ownership?.Owns(name) ?? true, relative, path);
        var guard = relative is null ? null : ProtectedPath.Covering(files.Task(task), relative, files.Settings.AlwaysRequireHuman);
        var text = new StringBuilder(
            decision.Permission == ToolCallDecisionKind.Deny ? $"Not allowed: {decision.Reason}"
            : guard is not null
                ? $"Not allowed: '{guard}' always needs the user's approval (always_require_human), but no approval was " + "requested."
            : $"Allowed: task {task} may write {FileNameEncoding.Show(relative ?? path)}."
        );
        if (relative is null)
        {
            return text.ToString();
        }
        var status = Status();
        foreach (var other in files.Plan.Tasks.Where(other => other.Id != task && Named(other, relative)).Take(MostPaths))
        {
            text.Append($"\nThe plan assigns this file to task {other.Id} [{StateOf(status, other.Id)}]: {Line(other.Description)}");
        }
        foreach (
            var lent in new TaskFileGrantStore(_folder)
                .Read()
                .Where(one => one.Task != task && PathPattern.Parse(one.Path).Matches(relative))
        )
        {
            text.Append($"\nThe file was granted to task {lent.Task} [{StateOf(status, lent.Task)}].");
        }
        return text.ToString();
    }

    /// <summary>
    /// Lists the other running tasks with their files, and the conflicts that are predicted between them and the agent's task.
    /// </summary>
    /// <exception cref="RunStepFailedException">The run's files are missing.</exception>
    public string ListRunningTasks()
    {
        var files = Load();
        var status = Status();
        var working = (status?.Tasks ?? []).Where(other => other.Id != task && HasUnmergedWork(other.State)).ToList();
        if (working.Count == 0)
        {
            return $"No other task of this run has a running agent, as of {Time(status)}.";
        }
        var plan = files.TasksWithLent().ToDictionary(other => other.Id, StringComparer.Ordinal);
        var text = new StringBuilder($"Other running tasks, as of {Time(status)}:\n");
        foreach (var other in working.Take(MostTasks))
        {
            text.Append($"- {other.Id} [{other.State}] {Line(plan.GetValueOrDefault(other.Id)?.Description ?? other.Title)}")
                .Append(plan.TryGetValue(other.Id, out var planned) ? $"; writes {Paths(planned)}" : "")
                .Append('\n');
        }
        Rest(text, working.Count - MostTasks);
        foreach (var coming in PredictedConflicts.All(_folder).Where(one => one.First == task || one.Second == task))
        {
            text.Append($"A conflict with task '{coming.Other(task)}' is predicted in {FileNameEncoding.List(coming.Files, MostPaths)}.\n");
        }
        return text.ToString();
    }

    /// <summary>
    /// True if a task in this state may have changes in its worktree that are not on staging. Also true for a blocked task, which is
    /// waiting for an answer.
    /// </summary>
    private static bool HasUnmergedWork(string state) =>
        state
            is TaskStateNames.Preparing
                or TaskStateNames.Executing
                or TaskStateNames.Verifying
                or TaskStateNames.Remediating
                or TaskStateNames.Merging
                or TaskStateNames.Blocked;

    private static bool IsNear(PlanTask own, PlanTask other) =>
        other == own || own.DependsOn.Contains(other.Id) || other.DependsOn.Contains(own.Id);

    private static bool Named(PlanTask other, string path) => other.FilesWrite is not null && Plans.TaskFileOwnership.Of(other).Owns(path);

    private static StringBuilder Rest(StringBuilder text, int more) => more > 0 ? text.Append($"and {more} more\n") : text;

    private static string Paths(PlanTask of)
    {
        var ownership = Plans.TaskFileOwnership.Of(of);
        return ownership.OwnsEverything ? "anything in its worktree"
            : ownership.OwnsNothing ? "nothing"
            : FileNameEncoding.List(ownership.Patterns, MostPaths);
    }

    private static string Names(IReadOnlyCollection<string> ids) => ids.Count == 0 ? "nothing" : FileNameEncoding.List(ids, MostPaths);

    private static string Line(string text) => FileNameEncoding.Show(text.Split('\n')[0].Trim(), MostText);

    private static string Time(RunStatus? status) =>
        status is null
            ? "its beginning"
            : status.UpdatedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string StateOf(RunStatus? status, string id) =>
        status?.Tasks.FirstOrDefault(other => other.Id == id)?.State ?? TaskStateNames.Pending;

    private RunStatus? Status() => RunStatusFile.Read(_folder.Status);

    /// <summary>
    /// Loads the plan that contains the agent's task. The task may be missing from the initial plan, because it may have been added during
    /// the run.
    /// </summary>
    private RunPlanAndSettings Load() =>
        new(
            _folder,
            _folder.ExtendedPlans.Select(file => PlanJson.Read(Read(file))).FirstOrDefault(plan => plan.Tasks.Any(t => t.Id == task))
                ?? PlanJson.Read(Read(_folder.Plan)),
            RunStartSettings.Read(Read(_folder.StartFile))
        );

    private byte[] Read(string path) =>
        SmallFileReader.TryRead(path)
        ?? throw new RunStepFailedException(
            $"{_folder.Relative(path)} is missing, because the run was removed while the agent was working; the answer is unknown.",
            "RunGone"
        );
}
