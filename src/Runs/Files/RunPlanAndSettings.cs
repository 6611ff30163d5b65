namespace Orchestrator.Runs;

/// <summary>The plan and the start settings of a run, as stored in its folder.</summary>
/// <param name="Start">The start settings of the run.</param>
public sealed record RunPlanAndSettings(RunFolder Folder, Plan Plan, RunStartSettings Start)
{
    /// <summary>Ids of the tasks that were added to the plan after the run had started.</summary>
    public IReadOnlySet<string> Added { get; init; } = new HashSet<string>();

    /// <summary>
    /// List of the files that affect the run's decisions. Null if the object was loaded for an agent's query, because queries make no
    /// decisions.
    /// </summary>
    public RunDecisionInputFileHashList? Decisions { get; init; }

    /// <summary>Stores the plan with the added tasks in a new file next to the initial plan.</summary>
    /// <returns>The new hash of the list of files that affect the run's decisions.</returns>
    public string StoreExtended(IEnumerable<PlanTask> tasks)
    {
        var bytes = PlanJson.Write(Plan with { Tasks = [.. Plan.Tasks, .. tasks] });
        var name = Named(Folder, Folder.ExtendedPlan(PlanJson.HashOf(bytes)));
        return (Decisions!.With(Folder, name, bytes) with { Plan = name }).Store(Folder);
    }

    /// <summary>Stores the plan and the start settings of a run. A repeated call writes the same files.</summary>
    /// <param name="further">Other files that affect the run's decisions, each with its path relative to the run's folder.</param>
    /// <returns>The hash of the list of files that affect the run's decisions.</returns>
    public static string Store(RunFolder folder, Plan plan, RunStartSettings start, params (string Name, byte[] Content)[] further)
    {
        var name = Named(folder, folder.Plan);
        var decisions = (RunDecisionInputFileHashList.None with { Plan = name })
            .With(folder, name, PlanJson.Write(plan))
            .With(folder, Named(folder, folder.StartFile), start.ToJson());
        return further.Aggregate(decisions, (all, file) => all.With(folder, file.Name, file.Content)).Store(folder);
    }

    /// <summary>Returns a file's path relative to the run's folder, in the form that <see cref="RunDecisionInputFileHashList"/>
    /// uses.</summary>
    public static string Named(RunFolder folder, string path) => Path.GetRelativePath(folder.Path, path);

    /// <summary>Paths of the files to which the plan's tasks only append. Merges keep the appended lines of both sides.</summary>
    public IReadOnlyCollection<string> AppendedFiles => [.. Plan.Tasks.SelectMany(t => t.FilesAppend).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Contracts that were committed to staging when the run started, or null if the version of orchestrate that started the run did not
    /// commit contracts.
    /// </summary>
    public IReadOnlyList<InterfaceContractStub>? Contracts => Plan.Contracts.Count == 0 ? [] : PlanContractCommitter.Read(this);

    /// <summary>The settings that were in effect when the run started.</summary>
    public OrchestratorSettings Settings => Start.Settings;

    /// <summary>Absolute path of the work tree in which the run was started.</summary>
    public string WorkTree => Start.LinkedWorktree ?? Folder.Repository;

    /// <summary>The gates of the project, for each task and for staging.</summary>
    public ProjectGates Gates => Start.Gates;

    /// <summary>Returns the absolute path of the worktree for a task, or for another step that needs one.</summary>
    /// <param name="id">Id of the task or step.</param>
    public string WorktreeOf(string id) => Path.Combine(Folder.Repository, Settings.Worktrees.Directory, Folder.Name, id);

    /// <summary>Returns a task of the plan by its id.</summary>
    public PlanTask Task(string id) => Plan.Tasks.First(t => t.Id == id);

    /// <summary>Returns the task that a workflow input names. The task may also write the files that the input lists as granted.</summary>
    public PlanTask Task(TaskWorkflowInput input) => TaskFileGrantStore.With(Task(input.Task.Id), input.Lent);

    /// <summary>Returns the task that a merge request names. The task may also write the files that the request lists as granted.</summary>
    public PlanTask Task(TaskMergeRequest request) => TaskFileGrantStore.With(Task(request.TaskId), request.Lent);

    /// <summary>Returns a task that may also write the files granted to it. The grants are read from the run's folder.</summary>
    public PlanTask TaskWithLent(string id) => TaskFileGrantStore.With(Task(id), new TaskFileGrantStore(Folder).Of(id));

    /// <summary>
    /// Returns all tasks of the plan, each of which may also write the files granted to it. The grants are read from the run's folder.
    /// </summary>
    public IReadOnlyList<PlanTask> TasksWithLent()
    {
        var lent = new TaskFileGrantStore(Folder).Read().ToLookup(file => file.Task, file => file.Path, StringComparer.Ordinal);
        return [.. Plan.Tasks.Select(task => TaskFileGrantStore.With(task, [.. lent[task.Id]]))];
    }
}
