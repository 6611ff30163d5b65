using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Loading;

/// <summary>
/// Extracts the data that a run's workflow needs from the plan and the settings: an outline of each task, and the workflow settings.
/// </summary>
public static class TaskOutlineExtractor
{
    /// <summary>Default for the maximum number of tasks in a batch. This number suits gates that take only seconds.</summary>
    private const int UsualBatch = 8;

    /// <summary>
    /// Returns an outline of each task, which the workflow uses for scheduling, together with the errors and warnings found.
    /// </summary>
    public static (IReadOnlyList<TaskOutline> Tasks, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings) OutlineOf(
        RunPlanAndSettings files
    )
    {
        var (plan, start) = (files.Plan, files.Start);
        var faults = new List<string>();
        var selected = RequestedTaskSelector.Of(plan, start.Input.Only, start.Input.Phase, faults);
        foreach (var name in plan.Tasks.Select(start.Settings.AgentOf).Distinct(StringComparer.Ordinal))
        {
            if (!start.Settings.HasAgent(name))
            {
                faults.Add(AgentCatalog.Unknown(name, start.Settings));
            }
        }
        if (start.Settings.Git.Land == LandingMode.Branches && plan.Tasks.FirstOrDefault(t => t.DependsOn.Count > 0) is { } dependent)
        {
            faults.Add(
                $"Task {dependent.Id} depends on {FileNameEncoding.List(dependent.DependsOn)}, but would not see that work, because "
                    + "nothing is merged with 'git.land: branches'. Choose another value of git.land, or make the tasks independent."
            );
        }
        var (excludes, conflicts) = ExclusivePairsOf(plan);
        List<string> warnings = [.. conflicts];
        var alone = plan.Tasks.Where(t => selected.Contains(t.Id) && t.FilesWrite is null && !t.Parallel).Select(t => t.Id).ToList();
        if (alone.Count > 0 && selected.Count > 1 && start.Settings.Workers > 1)
        {
            warnings.Add(
                $"These tasks run alone, because without 'files_write' they may write anywhere: {FileNameEncoding.List(alone)}. List the "
                    + "paths that they "
                    + "write, or set 'parallel: true'."
            );
        }
        var alike = Picks(start.Settings, start.Input)
            ? plan.Tasks.GroupBy(task => task.Text, StringComparer.Ordinal).Where(same => same.Count() > 1)
            : [];
        var chains = ChainsBehind(plan);
        var sameAs = alike.SelectMany(same => same.Select(task => (task.Id, First: same.First().Id))).ToDictionary();
        return (
            [
                .. plan.Tasks.Select(task => new TaskOutline
                {
                    Id = task.Id,
                    Title = Title(task),
                    DependsOn = task.DependsOn,
                    Excludes = excludes.GetValueOrDefault(task.Id) ?? [],
                    Exclusive = task.FilesWrite is null && !task.Parallel,
                    RequiresApproval = task.RequiresApproval,
                    Account = start.Settings.AgentOf(task),
                    Relays = RelaysOf(task, start.Settings),
                    Priority = task.Priority ?? 0,
                    ChainBehind = chains[task.Id],
                    Host = task.Host,
                    SameAs = sameAs.GetValueOrDefault(task.Id),
                    Done = !selected.Contains(task.Id) && !files.Added.Contains(task.Id),
                    MaxRemediations = task.MaxRetries ?? start.Settings.MaxRemediations,
                    Timeout = task.Timeout ?? start.Settings.TaskTimeout,
                }),
            ],
            faults,
            warnings
        );
    }

    /// <summary>
    /// Returns, for each task, the ids of the tasks that can't be executed at the same time, because they own the same files or resources
    /// and no dependency orders them. Also returns warnings about these pairs of tasks.
    /// </summary>
    private static (IReadOnlyDictionary<string, IReadOnlyList<string>> Excludes, IReadOnlyList<string> Warnings) ExclusivePairsOf(Plan plan)
    {
        var excludes = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var warnings = new List<string>();
        foreach (var conflict in TaskOwnershipConflictResult.Of(plan).Conflicts)
        {
            var (first, second) = (conflict.Tasks[0], conflict.Tasks[1]);
            Add(first, second);
            Add(second, first);
            warnings.Add($"{conflict.Message} They run one after the other, in plan order. {conflict.Cure}");
        }
        return (excludes.ToDictionary(e => e.Key, e => (IReadOnlyList<string>)e.Value, StringComparer.Ordinal), warnings);

        void Add(string task, string other)
        {
            if (!excludes.TryGetValue(task, out var list))
            {
                excludes.Add(task, list = []);
            }
            if (!list.Contains(other))
            {
                list.Add(other);
            }
        }
    }

    /// <summary>
    /// Lists the errors that a plan has in combination with the run's settings and input. Each error is a sentence that includes a remedy.
    /// </summary>
    /// <param name="files">The plan and start settings of the run.</param>
    /// <param name="outline">Errors that were found when the tasks' outlines were created.</param>
    public static IReadOnlyList<string> FaultsOf(RunPlanAndSettings files, IReadOnlyList<string> outline) =>
        [
            .. outline,
            .. files.Start.Input.Pick && files.Settings.Git.Land != LandingMode.Branches
                ?
                [
                    "'pick' compares results that stay on branches, but this run merges its work. Set 'land': 'branches', or leave 'pick' "
                        + "out.",
                ]
                : (string[])[],
            .. OfHosts(files.Plan, files.Settings),
        ];

    private static IEnumerable<string> OfHosts(Plan plan, OrchestratorSettings settings)
    {
        if (!settings.Hosts.Spread && plan.Tasks.FirstOrDefault(task => task.Host is not null) is { } bound)
        {
            yield return $"Task {bound.Id} needs a host with the label {bound.Host}, but hosts.spread is not set. Set hosts.spread: "
                + "true and wip.remote, or remove 'host' from the task; see docs/how-to/machines.md.";
        }
        if (settings.Hosts.Spread && (settings.Temporal.Address is null || settings.Wip.Remote is null))
        {
            yield return "hosts.spread is set, but tasks reach other hosts only through a shared Temporal server and git remote. Set "
                + "temporal.address and wip.remote, or remove hosts.spread; see docs/how-to/machines.md.";
        }
    }

    /// <summary>
    /// Returns the agents that may continue a task in place of its own agent, or null if there are none. A task that requires subagents has
    /// none, because only Claude provides subagents.
    /// </summary>
    private static List<RelayAgentCandidate>? RelaysOf(PlanTask task, OrchestratorSettings settings) =>
        task.RequiredAgents.Count == 0 && settings.RelaysOf(settings.AgentOf(task)) is { Count: > 0 } relays
            ? [.. relays.Select(relay => new RelayAgentCandidate(relay.Agent, relay.After))]
            : null;

    /// <summary>Returns, for each task, the number of tasks in the longest chain of tasks that depend on it.</summary>
    private static Dictionary<string, int> ChainsBehind(Plan plan)
    {
        var graph = TaskGraph.Of(plan);
        var behind = plan.Tasks.ToDictionary(task => task.Id, _ => 0, StringComparer.Ordinal);
        foreach (var task in graph.Waves.Reverse().SelectMany(wave => wave))
        {
            behind[task] = graph.DependantsOf(task).Select(dependent => behind[dependent] + 1).DefaultIfEmpty().Max();
        }
        return behind;
    }

    private static string Title(PlanTask task) => TitleOf(task.Description);

    /// <summary>Returns the first line of a text, shortened to 120 characters for lists and the workflow's history.</summary>
    internal static string TitleOf(string text)
    {
        var line = text.Split('\n', 2)[0].TrimStart('#', ' ').Trim();
        return line.Length <= 120 ? line : line[..119] + "…";
    }

    /// <summary>
    /// Returns the workflow settings of a run. A review covers the whole change, so there is no review if each result has its own branch.
    /// The reviewer then only picks the best result, if this was requested.
    /// </summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="input">The input of the run.</param>
    internal static RunWorkflowSettings RulesOf(OrchestratorSettings settings, OrchestrationInput input)
    {
        var picks = Picks(settings, input);
        return new()
        {
            Workers = settings.Workers,
            Priority = settings.Usage.Priority,
            Weight = settings.Usage.Weight,
            Retry = settings.Retry,
            ApprovalTimeout = settings.ApprovalTimeout,
            Approvers = settings.Proof.Approvers is { Count: > 0 } approvers ? approvers : null,
            RequireProof = settings.Proof.IsRequired,
            LockTimeout = settings.LockTimeout,
            TrainBatch = settings.Train.Batch ?? UsualBatch,
            TrainParallel = settings.Train.Parallel ?? Math.Max(1, Environment.ProcessorCount / 2),
            Queue = new MergeQueueBatchOptions
            {
                Speculation = settings.Train.Speculation,
                HasLanes = settings.Train.Scopes.HaveLanes,
                HasChangingParts = settings.Train.Scopes.AreProjects,
                StretchesBatches = settings.Train.Batch is null,
            },
            LandEvery = settings.Git.LandEvery,
            SyncEvery = settings.Git.Land == LandingMode.Branches ? null : settings.Train.SyncEvery,
            IsShared = settings.Wip.Remote is not null,
            Planner = settings.Planner.Agent,
            PlannerTimeout = settings.Planner.Timeout,
            Notices = [.. settings.Notifications.Targets.SelectMany(target => target.On).Distinct().Order(StringComparer.Ordinal)],
            KeepsBranches = settings.Git.Land == LandingMode.Branches,
            Review =
                picks || (settings.Review.Enabled && settings.Git.Land != LandingMode.Branches)
                    ? new RunReviewOptions
                    {
                        Agent = settings.Review.Reviewer.Agent,
                        MaxRounds = settings.Review.MaxRounds,
                        Timeout = settings.Review.Reviewer.Timeout,
                        Picks = picks,
                    }
                    : null,
        };
    }

    /// <summary>True if the reviewer is to pick the best of several results, each of which stays on its own branch.</summary>
    private static bool Picks(OrchestratorSettings settings, OrchestrationInput input) =>
        input.Pick && settings.Git.Land == LandingMode.Branches;
}
