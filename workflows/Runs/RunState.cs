namespace Orchestrator.Workflows.Runs;

/// <summary>What a run knows. The classes beside it decide by it and change it; the workflow carries out what they decide. Whatever has to
/// happen after a change (recording, telling leases, starting, merging) follows from comparing what is here, never from a flag that
/// somebody has to raise.</summary>
internal sealed class RunState
{
    private readonly CancellationToken _cancellation;

    public RunState(string runId, OrchestrationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        RunId = runId;
        Input = input;
        Since = now;
        Outages = new Outages(() => Rules.FirstTrialAfter);
        Run = new RunStatus
        {
            RunId = runId,
            State = RunStates.Planning,
            Title = PayloadPaging.Brief(input.Plan?.Request ?? input.PlanFile ?? input.RequestFile ?? ""),
            Repository = input.Repository,
            StartedAt = now,
            UpdatedAt = now,
            Workers = input.Workers ?? 0,
            Agent = input.Agent ?? "",
            HasPlanner = input.NeedsPlanner,
        };
    }

    public string RunId { get; }

    public OrchestrationInput Input { get; }

    public RepositoryReference Repository { get; set; } = new("", "", "");

    /// <summary>The plan without its tasks, which are on the board.</summary>
    public PlanOutline Plan { get; set; } = new();

    /// <summary>What the workflow decides by that a person has set.</summary>
    public RunRules Rules => Plan.Rules;

    /// <summary>The run without its tasks.</summary>
    public RunStatus Run { get; set; }

    /// <summary>When the run came into its state.</summary>
    public DateTimeOffset Since { get; private set; }

    public RunBoard Board { get; } = new();

    public RunJournal Journal => Board.Journal;

    /// <summary>The tasks are known, or never will be: whoever speaks of one before is kept waiting.</summary>
    public bool HasTasks => Board.IsFilled || IsEnding;

    /// <summary>The planner, where the run began with a request.</summary>
    public TaskOutline? Planner { get; set; }

    /// <summary>The plan is where it was wanted, and what planning held is given up.</summary>
    public bool PlanningEnded { get; set; }

    /// <summary>A person's answer to the plan; null: there is none.</summary>
    public (bool Accepted, string Reason)? PlanAnswer { get; set; }

    /// <summary>A person has asked for landing to be tried again.</summary>
    public bool PromoteAsked { get; set; }

    /// <summary>Nobody has promoted it in time.</summary>
    public bool IsPromotionOverdue { get; set; }

    /// <summary>A person has asked for what is merged to land, while other tasks need them.</summary>
    public bool LandMergedAsked { get; set; }

    /// <summary>A person's way out that is being carried out; null: there is none.</summary>
    public Resolution? Resolution { get; set; }

    public bool CostLifted { get; set; }

    public bool UntilLifted { get; set; }

    /// <summary>Tasks that a person paused by name: they go on when they are named again, not with the run.</summary>
    public SortedSet<string> PausedAlone { get; } = new(StringComparer.Ordinal);

    public Outages Outages { get; }

    public LeaseBook Leases { get; } = new();

    /// <summary>Verified work that waits for its turn, and how the run stands with the train that merges it.</summary>
    public TrainLink Train { get; } = new();

    /// <summary>Where staging is, as far as the run was told.</summary>
    public StagingPosition Staging { get; private set; } = new("", 0);

    /// <summary>Where staging is: what was merged last. Every step that uses staging is told, and no file or ref says otherwise.</summary>
    public string StagingTip
    {
        get => Staging.Commit;
        set => Staging = Staging.MovedTo(value);
    }

    /// <summary>The history is long: nothing new is begun until what is under way has come to an end and the run has continued as
    /// new.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Who has cancelled it, and why, as its record has it.</summary>
    public string CancelledBy { get; set; } = Said.By("");

    /// <summary>It waits for nobody any more.</summary>
    public bool IsEnding { get; set; }

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <summary>The train has moved staging, unless the run knows of a later move.</summary>
    public void MovedTo(StagingPosition position) => Staging = Staging.OrNewer(position);

    /// <summary>The task is the one that makes the plan.</summary>
    public bool IsPlanner(TaskEntry entry) => Input.NeedsPlanner && entry.Id == PlannerTask.Id;

    /// <summary>It is a task of the plan, and neither the planner nor the review.</summary>
    public bool IsOfPlan(TaskEntry entry) => !IsPlanner(entry) && entry.Id is not (ReviewTask.Id or ReplanTask.Id);

    /// <summary>All tasks of the plan have come to their end, and the rest is the review's.</summary>
    public bool IsReviewing => Board.TryFind(ReviewTask.Id) is not null && Board.Entries.All(e => e.Id == ReviewTask.Id || e.HasEnded);

    /// <summary>Another plan is being made.</summary>
    public bool IsReplanning => Run.Replan is { State: ReplanStates.Asked };

    /// <summary>Plan that a task works by; empty for the planner.</summary>
    public string PlanHashOf(TaskEntry entry) => IsPlanner(entry) ? "" : Plan.Hash;

    /// <summary>The run comes into a state, or has another reason to be in it.</summary>
    public void TransitionTo(string state, string reason, DateTimeOffset now, string evidence = "")
    {
        reason = PayloadPaging.Brief(reason);
        if (Run.State == state && Run.Reason == reason && Journal.Sequence > 0)
        {
            return;
        }
        Run = Run with { State = state, Reason = reason };
        Since = now;
        Journal.Note(task: null, state, reason, now, evidence);
    }

    /// <summary>Something happened to the run that does not change its state.</summary>
    public void Note(string what, DateTimeOffset now, string? by = null) => Journal.Note(task: null, Run.State, what, now, by: by);

    /// <summary>Goes on where a checkpoint was made; its tasks are not known yet.</summary>
    public void Restore(RunCheckpoint checkpoint)
    {
        Repository = checkpoint.Repository;
        Plan = checkpoint.Plan;
        Planner = checkpoint.Planner;
        PlanningEnded = true;
        Run = checkpoint.Status with { Tasks = [], Questions = [] };
        Staging = checkpoint.Staging;
        Train.Restore(checkpoint.Train);
        CostLifted = checkpoint.CostLifted;
        UntilLifted = checkpoint.UntilLifted;
        PausedAlone.UnionWith(checkpoint.PausedAlone);
        Leases.Restore(checkpoint.Leases);
        Journal.Sequence = checkpoint.Status.Sequence;
    }

    /// <summary>Goes on with the tasks of a checkpoint.</summary>
    /// <param name="outlines">The plan's tasks.</param>
    /// <param name="tasks">What is known of tasks, and whether a file of the run's folder says it.</param>
    public void RestoreTasks(
        RunCheckpoint checkpoint,
        IReadOnlyList<TaskOutline> outlines,
        IReadOnlyDictionary<string, (TaskCheckpoint Task, bool IsInFile)> tasks
    )
    {
        IReadOnlyList<TaskOutline> replan = Run.Replan is null ? [] : [ReplanTask.Of(Rules)];
        IReadOnlyList<TaskOutline> review = Run.Review is not null && Rules.Review is { } rule ? [ReviewTask.Of(rule)] : [];
        Board.Add(
            Planner is null ? [.. outlines, .. review, .. replan] : [Planner, .. outlines, .. review, .. replan],
            Run.StartedAt,
            tasks
        );
        Outages.Restore(checkpoint.Outages);
    }

    /// <summary>What others see of it, with a page of its tasks.</summary>
    public RunStatus Snapshot(int offset, int limit)
    {
        IReadOnlyDictionary<string, int>? positions = null;
        return Run with
        {
            UpdatedAt = Journal.LastAt ?? Run.UpdatedAt,
            Sequence = Journal.Sequence,
            AgentStarts = Board.Entries.Sum(e => e.Status.Starts),
            Cost = Board.Entries.Sum(e => e.Status.Cost),
            Questions = Questions.Of(this),
            Tasks = PayloadPaging.First(Board.Entries.Skip(offset).Select(Shown), limit),
            TaskCount = Board.Entries.Count,
        };

        RunTask Shown(TaskEntry entry) =>
            entry.Status.State == TaskStates.Merging && (positions ??= Train.Positions()).TryGetValue(entry.Id, out var position)
                ? entry.Status with
                {
                    QueuePosition = position,
                }
                : entry.Status;
    }
}
