using System.Text;
using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Processes;

namespace Orchestrator.Runs;

/// <summary>
/// What lies in the run's folder while it is planned: <c>planning/</c> with the request, the settings, the prompt, the answers and at last
/// the plan.
/// </summary>
internal sealed class PlanningFiles(RepositoryReference repository, string runId)
{
    private RunStart? _start;
    private PlanningGoal? _goal;

    /// <summary>What planning is for.</summary>
    public PlanningGoal Goal => _goal ??= JsonSerializer.Deserialize(Read("goal.json"), PlanningGoalJson.Default.PlanningGoal)!;

    /// <summary>The schema that answers must fit.</summary>
    public string Schema => SchemaOf(Goal.Options);

    /// <summary>Ids of the tasks that were added to the backlog, for whoever shows them.</summary>
    public string AddedPath => Folder.Planning("added.json");

    /// <summary>The accepted answer where it is tasks for the backlog.</summary>
    public string TasksPath => Folder.Planning("tasks.json");

    public RunFolder Folder { get; } = new(repository.Path, runId);

    /// <summary>The settings that planning began with.</summary>
    public RunStart Start => _start ??= RunStart.Read(Read("start.json"));

    /// <summary>What is wanted.</summary>
    public string Request => Text("request.md");

    /// <summary>The whole prompt.</summary>
    public string Prompt => Text("prompt.md");

    /// <summary>The accepted plan, as canonical JSON.</summary>
    public string PlanPath => Folder.Planning("plan.json");

    /// <summary>The same for people.</summary>
    public string PlanText => Folder.Planning("plan.yaml");

    /// <summary>The planner's own worktree: it sees the files of a commit, and nothing that is ignored.</summary>
    public string Worktree => Path.Combine(repository.Path, Start.Settings.Worktrees.Directory, Folder.Name, PlannerTask.Id);

    /// <summary>True when planning was begun: what is needed for it is there.</summary>
    public bool IsBegun => File.Exists(Folder.Planning("prompt.md"));

    /// <summary>Conversations with models that have no agent program.</summary>
    public string Conversations => Folder.Planning("conversations");

    public string Answer(int start) => Folder.Planning($"answer-{start}.txt");

    public string Problems(int start) => Folder.Planning($"problems-{start}.md");

    /// <summary>The schema of what is asked for.</summary>
    public static string SchemaOf(PlanningOptions options) => options.IsForBacklog ? BacklogAnswer.Schema : PlannerAnswer.Schema;

    /// <summary>Stores what planning begins with; the prompt last, because it says that all is there.</summary>
    public void Begin(RunStart start, PlanningGoal goal, string request, string prompt)
    {
        DurableFile.Write(Folder.Planning("goal.json"), JsonSerializer.SerializeToUtf8Bytes(goal, PlanningGoalJson.Default.PlanningGoal));
        DurableFile.Write(Folder.Planning("start.json"), start.ToJson());
        DurableFile.Write(Folder.Planning("request.md"), Encoding.UTF8.GetBytes(request));
        DurableFile.Write(Folder.Planning("prompt.md"), Encoding.UTF8.GetBytes(prompt));
    }

    private string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private byte[] Read(string name)
    {
        var path = Folder.Planning(name);
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
