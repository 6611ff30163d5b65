using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Runs;

/// <summary>Files of planning in the run's folder: <c>planning/</c> with the request, the settings, the prompt, the answers and finally the
/// plan; for another plan in mid-run the same in <c>planning/replan-N/</c>.</summary>
/// <param name="replan">Which other plan, from 1; 0: the first one.</param>
internal sealed class PlanningFiles(RepositoryReference repository, string runId, int replan = 0)
{
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

    /// <summary>The same for people.</summary>
    public string PlanText => In("plan.yaml");

    /// <summary>The planner's own worktree: it sees the files of a commit, and nothing that is ignored.</summary>
    public string Worktree => Path.Combine(repository.Path, Start.Settings.Worktrees.Directory, Folder.Name, TaskId);

    /// <summary>True when planning has begun: its input is complete.</summary>
    public bool IsBegun => File.Exists(In("prompt.md"));

    /// <summary>Conversations with models that have no agent program.</summary>
    public string Conversations => In("conversations");

    public string Answer(int start) => In($"answer-{start}.txt");

    public string Problems(int start) => In($"problems-{start}.md");

    /// <summary>The schema for the requested kind of answer.</summary>
    public static string SchemaOf(PlanningOptions options) => options.IsForBacklog ? BacklogAnswer.Schema : PlannerAnswer.Schema;

    /// <summary>Stores the input of planning; the prompt last, because it marks that all is there.</summary>
    public void Begin(RunStart start, PlanningGoal goal, string request, string prompt)
    {
        DurableFile.Write(In("goal.json"), JsonSerializer.SerializeToUtf8Bytes(goal, PlanningGoalJson.Default.PlanningGoal));
        DurableFile.Write(In("start.json"), start.ToJson());
        DurableFile.Write(In("request.md"), Encoding.UTF8.GetBytes(request));
        DurableFile.Write(In("prompt.md"), Encoding.UTF8.GetBytes(prompt));
    }

    private string In(string name) => Folder.Planning(replan == 0 ? name : Path.Combine($"replan-{replan}", name));

    private string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private byte[] Read(string name)
    {
        var path = In(name);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StepException(
                $"A file of planning is gone: {Folder.Relative(path)}. Restore the folder, or cancel the run and start it again.",
                missing,
                "PlanningGone"
            );
        }
    }
}
