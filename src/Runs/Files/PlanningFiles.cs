using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Runs;

/// <summary>Files of planning in the run's folder: <c>planning/</c> with the request, the settings, the prompt, the answers and finally the
/// plan; for another plan in mid-run the same in <c>planning/replan-N/</c>.</summary>
/// <param name="hash">Of the input of planning, as the run's history has it; empty: it was not stored yet.</param>
/// <param name="replan">Which other plan, from 1; 0: the first one.</param>
internal sealed class PlanningFiles(RepositoryReference repository, string runId, string hash, int replan = 0)
{
    private RunDecisions? _input;
    private RunStart? _start;
    private PlanningGoal? _goal;

    /// <summary>The goal of planning.</summary>
    public PlanningGoal Goal => _goal ??= JsonSerializer.Deserialize(Read("goal.json"), PlanningGoalJson.Default.PlanningGoal)!;

    /// <summary>The schema of answers.</summary>
    public string Schema => SchemaOf(Goal.Options);

    /// <summary>Ids of the tasks that were added to the backlog, for display.</summary>
    public string AddedPath => In("added.json");

    /// <summary>The accepted answer where it is tasks for the backlog.</summary>
    public string TasksPath => In("tasks.json");

    public RunFolder Folder { get; } = new(repository.Path, runId);

    /// <summary>The planner as a task of the run.</summary>
    public string TaskId => replan == 0 ? PlannerTask.Id : ReplanTask.Id;

    /// <summary>The settings of planning.</summary>
    public RunStart Start => _start ??= RunStart.Read(Read("start.json"));

    /// <summary>The request.</summary>
    public string Request => Text("request.md");

    /// <summary>The whole prompt.</summary>
    public string Prompt => Text("prompt.md");

    /// <summary>The accepted plan, as canonical JSON.</summary>
    public string PlanPath => In("plan.json");

    /// <summary>The plan, for people.</summary>
    public string PlanText => In("plan.yaml");

    /// <summary>The planner's own worktree: it sees the files of a commit, and nothing that is ignored.</summary>
    public string Worktree => Path.Combine(repository.Path, Start.Settings.Worktrees.Directory, Folder.Name, TaskId);

    /// <summary>Conversations with models that have no agent program.</summary>
    public string Conversations => In("conversations");

    public string Answer(int start) => In($"answer-{start}.txt");

    public string Problems(int start) => In($"problems-{start}.md");

    /// <summary>The schema for the requested kind of answer.</summary>
    public static string SchemaOf(PlanningOptions options) => options.IsForBacklog ? BacklogAnswer.Schema : PlannerAnswer.Schema;

    /// <summary>Stores the input of planning.</summary>
    /// <returns>Its hash.</returns>
    public string Begin(RunStart start, PlanningGoal goal, string request, string prompt) =>
        RunDecisions
            .None.With(Folder, Named("goal.json"), JsonSerializer.SerializeToUtf8Bytes(goal, PlanningGoalJson.Default.PlanningGoal))
            .With(Folder, Named("start.json"), start.ToJson())
            .With(Folder, Named("request.md"), Encoding.UTF8.GetBytes(request))
            .With(Folder, Named("prompt.md"), Encoding.UTF8.GetBytes(prompt))
            .Store(Folder);

    /// <summary>The accepted answer of the planner.</summary>
    /// <param name="path"><see cref="PlanPath"/> or <see cref="TasksPath"/>.</param>
    /// <param name="said">Its hash in the run's history.</param>
    /// <exception cref="StepException">It is gone or was changed.</exception>
    public byte[] Accepted(string path, string said) => BoundFile.Read(Folder, path, said);

    private string In(string name) => Folder.Planning(replan == 0 ? name : Path.Combine($"replan-{replan}", name));

    private string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private string Named(string name) => RunFiles.Named(Folder, In(name));

    private byte[] Read(string name) => (_input ??= RunDecisions.Read(Folder, hash)).TryRead(Folder, Named(name))!;
}
