namespace Orchestrator.Runs;

/// <summary>The plan and the settings of a run's start, read from its folder.</summary>
/// <param name="Start">What it began with beside the plan.</param>
public sealed record RunFiles(RunFolder Folder, Plan Plan, RunStart Start)
{
    /// <summary>Tasks that were added to the plan since the run began.</summary>
    public IReadOnlySet<string> Added { get; init; } = new HashSet<string>();

    /// <summary>The files that the run decides by, with the hash of each; null: these are an agent's own questions, by which nothing is
    /// decided.</summary>
    public RunDecisions? Decisions { get; init; }

    /// <summary>Stores the plan with more tasks, beside the initial one.</summary>
    /// <returns>The hash of what the run decides by from now on.</returns>
    public string StoreExtended(IEnumerable<PlanTask> tasks)
    {
        var bytes = PlanJson.Write(Plan with { Tasks = [.. Plan.Tasks, .. tasks] });
        var name = Named(Folder, Folder.ExtendedPlan(PlanJson.HashOf(bytes)));
        return (Decisions!.With(Folder, name, bytes) with { Plan = name }).Store(Folder);
    }

    /// <summary>Stores plan and settings of a run. Repeating it gives the same files.</summary>
    /// <param name="further">What else the run decides by: paths relative to its folder, and contents.</param>
    /// <returns>The hash of all that.</returns>
    public static string Store(RunFolder folder, Plan plan, RunStart start, params (string Name, byte[] Content)[] further)
    {
        var name = Named(folder, folder.Plan);
        var decisions = (RunDecisions.None with { Plan = name })
            .With(folder, name, PlanJson.Write(plan))
            .With(folder, Named(folder, folder.StartFile), start.ToJson());
        return further.Aggregate(decisions, (all, file) => all.With(folder, file.Name, file.Content)).Store(folder);
    }

    /// <summary>A file's name among what a run decides by.</summary>
    public static string Named(RunFolder folder, string path) => Path.GetRelativePath(folder.Path, path);

    /// <summary>Files that tasks of the plan only append to: merges keep both sides' lines.</summary>
    public IReadOnlyCollection<string> AppendedFiles => [.. Plan.Tasks.SelectMany(t => t.FilesAppend).Distinct(StringComparer.Ordinal)];

    /// <summary>The contracts that were put on staging when the run began; null for a run of a version that did not do so.</summary>
    public IReadOnlyList<ContractStub>? Contracts => Plan.Contracts.Count == 0 ? [] : RunContracts.Read(this);

    /// <summary>The settings that the run began with.</summary>
    public OrchestratorSettings Settings => Start.Settings;

    /// <summary>Absolute path of the work tree that the run was started in.</summary>
    public string WorkTree => Start.LinkedWorktree ?? Folder.Repository;

    /// <summary>The project's own gates.</summary>
    public ProjectGates Gates => Start.Gates;

    /// <summary>Path of the worktree of a task, or of a step that reads in one.</summary>
    /// <param name="id">Its id among the run's folders.</param>
    public string WorktreeOf(string id) => Path.Combine(Folder.Repository, Settings.Worktrees.Directory, Folder.Name, id);

    /// <summary>A task of the plan.</summary>
    public PlanTask Task(string id) => Plan.Tasks.First(t => t.Id == id);

    /// <summary>The task of a step, with the files granted to it.</summary>
    public PlanTask Task(TaskInput input) => FileGrants.With(Task(input.Task.Id), input.Lent);

    /// <summary>The task that is to be merged, with the files granted to it.</summary>
    public PlanTask Task(MergeRequest request) => FileGrants.With(Task(request.TaskId), request.Lent);

    /// <summary>A task with the files granted to it, from the stored grants.</summary>
    public PlanTask TaskWithLent(string id) => FileGrants.With(Task(id), new FileGrants(Folder).Of(id));

    /// <summary>All tasks of the plan with the files granted to them, from the stored grants.</summary>
    public IReadOnlyList<PlanTask> TasksWithLent()
    {
        var lent = new FileGrants(Folder).Read().ToLookup(file => file.Task, file => file.Path, StringComparer.Ordinal);
        return [.. Plan.Tasks.Select(task => FileGrants.With(task, [.. lent[task.Id]]))];
    }
}
