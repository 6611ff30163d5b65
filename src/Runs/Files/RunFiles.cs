namespace Orchestrator.Runs;

/// <summary>The plan and the start settings of a run, read from its folder.</summary>
/// <param name="Start">The run's start, except for the plan.</param>
public sealed record RunFiles(RunFolder Folder, Plan Plan, RunStart Start)
{
    /// <summary>Ids of tasks that were added to the plan after the run started.</summary>
    public IReadOnlySet<string> Added { get; init; } = new HashSet<string>();

    /// <summary>Files that affect the run's decisions, with their hashes; null for an agent's own queries, which decide nothing.</summary>
    public DecisionManifest? Decisions { get; init; }

    /// <summary>Stores the plan with added tasks next to the initial plan.</summary>
    /// <returns>The new hash of the files that affect the run's decisions.</returns>
    public string StoreExtended(IEnumerable<PlanTask> tasks)
    {
        var bytes = PlanJson.Write(Plan with { Tasks = [.. Plan.Tasks, .. tasks] });
        var name = Named(Folder, Folder.ExtendedPlan(PlanJson.HashOf(bytes)));
        return (Decisions!.With(Folder, name, bytes) with { Plan = name }).Store(Folder);
    }

    /// <summary>Stores the plan and start settings of a run. A repeated call writes the same files.</summary>
    /// <param name="further">Further files that affect the run's decisions, as paths relative to the run's folder and contents.</param>
    /// <returns>The hash of the files that affect the run's decisions.</returns>
    public static string Store(RunFolder folder, Plan plan, RunStart start, params (string Name, byte[] Content)[] further)
    {
        var name = Named(folder, folder.Plan);
        var decisions = (DecisionManifest.None with { Plan = name })
            .With(folder, name, PlanJson.Write(plan))
            .With(folder, Named(folder, folder.StartFile), start.ToJson());
        return further.Aggregate(decisions, (all, file) => all.With(folder, file.Name, file.Content)).Store(folder);
    }

    /// <summary>Returns a file's path relative to the run's folder, as used in <see cref="DecisionManifest"/>.</summary>
    public static string Named(RunFolder folder, string path) => Path.GetRelativePath(folder.Path, path);

    /// <summary>Files to which the plan's tasks only append, so that merges keep the lines of both sides.</summary>
    public IReadOnlyCollection<string> AppendedFiles => [.. Plan.Tasks.SelectMany(t => t.FilesAppend).Distinct(StringComparer.Ordinal)];

    /// <summary>Contracts that were committed to staging at the run's start; null for a run of a version that did not do so.</summary>
    public IReadOnlyList<ContractStub>? Contracts => Plan.Contracts.Count == 0 ? [] : RunContracts.Read(this);

    /// <summary>The settings in force at the run's start.</summary>
    public OrchestratorSettings Settings => Start.Settings;

    /// <summary>Absolute path of the work tree in which the run was started.</summary>
    public string WorkTree => Start.LinkedWorktree ?? Folder.Repository;

    /// <summary>The project's own gates.</summary>
    public ProjectGates Gates => Start.Gates;

    /// <summary>Returns the path of the worktree of a task, or of another step that needs one.</summary>
    /// <param name="id">Id of the task or step.</param>
    public string WorktreeOf(string id) => Path.Combine(Folder.Repository, Settings.Worktrees.Directory, Folder.Name, id);

    /// <summary>Returns a task of the plan.</summary>
    public PlanTask Task(string id) => Plan.Tasks.First(t => t.Id == id);

    /// <summary>Returns the task of a step, with the files granted to it.</summary>
    public PlanTask Task(TaskInput input) => FileGrants.With(Task(input.Task.Id), input.Lent);

    /// <summary>Returns the task to merge, with the files granted to it.</summary>
    public PlanTask Task(MergeRequest request) => FileGrants.With(Task(request.TaskId), request.Lent);

    /// <summary>Returns a task with the files granted to it according to the grant file.</summary>
    public PlanTask TaskWithLent(string id) => FileGrants.With(Task(id), new FileGrants(Folder).Of(id));

    /// <summary>Returns all tasks of the plan, with the files granted to them according to the grant file.</summary>
    public IReadOnlyList<PlanTask> TasksWithLent()
    {
        var lent = new FileGrants(Folder).Read().ToLookup(file => file.Task, file => file.Path, StringComparer.Ordinal);
        return [.. Plan.Tasks.Select(task => FileGrants.With(task, [.. lent[task.Id]]))];
    }
}
