using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Runs;

/// <summary>Files of planning in the run's folder. <c>planning/</c> has the request, the settings, the prompt, the answers and finally the
/// plan. Replanning during the run uses <c>planning/replan-N/</c> in the same way.</summary>
/// <param name="hash">Hash of the planning input in the run's history, or empty if not stored yet.</param>
/// <param name="replan">Number of the replanning from 1, or 0 for the first plan.</param>
internal sealed class PlanningFiles(RepositoryReference repository, string runId, string hash, int replan = 0)
{
    private DecisionManifest? _input;
    private RunStart? _start;
    private PlanningGoal? _goal;

    /// <summary>The goal of planning.</summary>
    public PlanningGoal Goal => _goal ??= JsonSerializer.Deserialize(Read("goal.json"), PlanningGoalJson.Default.PlanningGoal)!;

    /// <summary>JSON Schema of answers.</summary>
    public string Schema => SchemaOf(Goal.Options);

    /// <summary>Path of the list of task ids that were added to the backlog, for display.</summary>
    public string AddedPath => In("added.json");

    /// <summary>Path of the accepted answer if it consists of backlog tasks.</summary>
    public string TasksPath => In("tasks.json");

    public RunFolder Folder { get; } = new(repository.Path, runId);

    /// <summary>Task id of the planner in the run.</summary>
    public string TaskId => replan == 0 ? PlannerTask.Id : ReplanTask.Id;

    /// <summary>The settings of planning.</summary>
    public RunStart Start => _start ??= RunStart.Read(Read("start.json"));

    /// <summary>The request that is planned.</summary>
    public string Request => Text("request.md");

    /// <summary>The complete prompt of the planner.</summary>
    public string Prompt => Text("prompt.md");

    /// <summary>Path of the accepted plan as canonical JSON.</summary>
    public string PlanPath => In("plan.json");

    /// <summary>Path of the plan in readable form.</summary>
    public string PlanText => In("plan.yaml");

    /// <summary>The planner's worktree. It has the files of a commit and no ignored files.</summary>
    public string Worktree => Path.Combine(repository.Path, Start.Settings.Worktrees.Directory, Folder.Name, TaskId);

    /// <summary>Folder of conversations with models that have no agent program.</summary>
    public string Conversations => In("conversations");

    public string Answer(int start) => In($"answer-{start}.txt");

    public string Problems(int start) => In($"problems-{start}.md");

    /// <summary>Returns the JSON Schema for the requested kind of answer.</summary>
    public static string SchemaOf(PlanningOptions options) => options.IsForBacklog ? BacklogAnswer.Schema : PlannerAnswer.Schema;

    /// <summary>Stores the input of planning.</summary>
    /// <returns>The hash of the input.</returns>
    public string Begin(RunStart start, PlanningGoal goal, string request, string prompt) =>
        DecisionManifest
            .None.With(Folder, Named("goal.json"), JsonSerializer.SerializeToUtf8Bytes(goal, PlanningGoalJson.Default.PlanningGoal))
            .With(Folder, Named("start.json"), start.ToJson())
            .With(Folder, Named("request.md"), Encoding.UTF8.GetBytes(request))
            .With(Folder, Named("prompt.md"), Encoding.UTF8.GetBytes(prompt))
            .Store(Folder);

    /// <summary>Reads the accepted answer of the planner.</summary>
    /// <param name="path"><see cref="PlanPath"/> or <see cref="TasksPath"/>.</param>
    /// <param name="said">Hash of the answer in the run's history.</param>
    /// <exception cref="StepException">The file is missing or was changed.</exception>
    public byte[] Accepted(string path, string said) => VerifiedFile.Read(Folder, path, said);

    private string In(string name) => Folder.Planning(replan == 0 ? name : Path.Combine($"replan-{replan}", name));

    private string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private string Named(string name) => RunFiles.Named(Folder, In(name));

    private byte[] Read(string name) => (_input ??= DecisionManifest.Read(Folder, hash)).TryRead(Folder, Named(name))!;
}
