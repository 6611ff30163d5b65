using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Runs;

/// <summary>
/// The planning files in the run's folder. The folder <c>planning/</c> contains the request, the settings, the prompt, the answers and the
/// accepted plan. The Nth replanning of the run uses <c>planning/replan-N/</c> in the same way.
/// </summary>
/// <param name="hash">Hash of the planning input from the run's history, or empty if the input is not stored yet.</param>
/// <param name="replan">Number of the replanning, starting at 1, or 0 for the first plan.</param>
internal sealed class PlanningFileStore(RepositoryReference repository, string runId, string hash, int replan = 0)
{
    private RunDecisionInputFileHashList? _input;
    private RunStartSettings? _start;
    private PlanningGoal? _goal;

    /// <summary>The stored goal of planning.</summary>
    public PlanningGoal Goal => _goal ??= JsonSerializer.Deserialize(Read("goal.json"), PlanningGoalJsonContext.Default.PlanningGoal)!;

    /// <summary>JSON Schema of the planner's answers.</summary>
    public string Schema => SchemaOf(Goal.Options);

    /// <summary>Absolute path of the list of task ids that were added to the backlog. The list is only for display.</summary>
    public string AddedPath => In("added.json");

    /// <summary>Absolute path of the accepted answer if it consists of backlog tasks.</summary>
    public string TasksPath => In("tasks.json");

    /// <summary>Folder of the run.</summary>
    public RunFolder Folder { get; } = new(repository.Path, runId);

    /// <summary>Id under which the run records the planner as a task.</summary>
    public string TaskId => replan == 0 ? PlannerTaskDefinition.Id : ReplanTaskDefinition.Id;

    /// <summary>The start settings of planning.</summary>
    public RunStartSettings Start => _start ??= RunStartSettings.Read(Read("start.json"));

    /// <summary>Text of the planning request.</summary>
    public string Request => Text("request.md");

    /// <summary>The complete prompt for the planner.</summary>
    public string Prompt => Text("prompt.md");

    /// <summary>Absolute path of the accepted plan in canonical JSON.</summary>
    public string PlanPath => In("plan.json");

    /// <summary>Absolute path of the accepted plan in YAML, for users.</summary>
    public string PlanText => In("plan.yaml");

    /// <summary>Absolute path of the planner's worktree. It contains the files of a commit, but no ignored files.</summary>
    public string Worktree => Path.Combine(repository.Path, Start.Settings.Worktrees.Directory, Folder.Name, TaskId);

    /// <summary>Absolute path of the folder for conversations with models that have no agent program.</summary>
    public string Conversations => In("conversations");

    /// <summary>Returns the absolute path of the answer from an agent run of the planner.</summary>
    public string Answer(int start) => In($"answer-{start}.txt");

    /// <summary>Returns the absolute path of the list of problems in an answer.</summary>
    public string Problems(int start) => In($"problems-{start}.md");

    /// <summary>Returns the JSON Schema for the requested kind of answer.</summary>
    public static string SchemaOf(PlanningOptions options) =>
        options.IsForBacklog ? PlannerBacklogAnswerParser.Schema : PlannerAnswer.Schema;

    /// <summary>Stores the input of planning, which consists of the start settings, the goal, the request and the prompt.</summary>
    /// <returns>The hash of the stored input.</returns>
    public string Begin(RunStartSettings start, PlanningGoal goal, string request, string prompt) =>
        RunDecisionInputFileHashList
            .None.With(Folder, Named("goal.json"), JsonSerializer.SerializeToUtf8Bytes(goal, PlanningGoalJsonContext.Default.PlanningGoal))
            .With(Folder, Named("start.json"), start.ToJson())
            .With(Folder, Named("request.md"), Encoding.UTF8.GetBytes(request))
            .With(Folder, Named("prompt.md"), Encoding.UTF8.GetBytes(prompt))
            .Store(Folder);

    /// <summary>Reads the planner's accepted answer.</summary>
    /// <param name="path"><see cref="PlanPath"/> or <see cref="TasksPath"/>.</param>
    /// <param name="said">Hash of the answer from the run's history.</param>
    /// <exception cref="RunStepFailedException">The file is missing or was changed.</exception>
    public byte[] Accepted(string path, string said) => HashVerifiedFile.Read(Folder, path, said);

    private string In(string name) => Folder.Planning(replan == 0 ? name : Path.Combine($"replan-{replan}", name));

    private string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private string Named(string name) => RunPlanAndSettings.Named(Folder, In(name));

    private byte[] Read(string name) => (_input ??= RunDecisionInputFileHashList.Read(Folder, hash)).TryRead(Folder, Named(name))!;
}
