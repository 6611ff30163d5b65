namespace Orchestrator.Workflows.Runs;

/// <summary>The state of a run. The classes beside it decide by it and change it; the workflow carries out what they decide. What has to
/// happen after a change (recording, updating leases, starting, merging) follows from comparing values here, never from a flag that has to
/// be raised.</summary>
internal sealed class RunState
{
    private readonly CancellationToken _cancellation;

    public RunState(string runId, OrchestrationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        RunId = runId;
        Input = input;
        Outages = new Outages(() => Rules.FirstTrialAfter);
        Run = new RunStatus
        {
            RunId = runId,
            State = RunStates.Planning,
            // A request is no title before its planner has made one of it.
            Title = PayloadPaging.Brief(input.Request is null ? input.Subject ?? "" : ""),
            Repository = input.Repository,
            StartedAt = now,
            Since = now,
            UpdatedAt = now,
            Workers = input.Workers ?? 0,
            Agent = input.Agent ?? "",
            HasPlanner = input.NeedsPlanner,
        };
    }

    public string RunId { get; }

    /// <summary>The run's input; preflight replaces what only a machine can tell, such as the moment that a time of day means.</summary>
    public OrchestrationInput Input { get; set; }

    public RepositoryReference Repository { get; set; } = new("", "", "");

    /// <summary>The plan without its tasks, which are on the board.</summary>
    public PlanOutline Plan { get; set; } = new();

    /// <summary>The settings that the workflow decides by.</summary>
    public RunRules Rules => Plan.Rules;

    /// <summary>The run without its tasks.</summary>
    public RunStatus Run { get; set; }

    /// <summary>When the run entered its state, or had another reason to be in it.</summary>
    public DateTimeOffset Since => Run.Since;

    public RunBoard Board { get; } = new();

    /// <summary>The newest report of each task that came before this execution of the run worked with the task, by its id.</summary>
    public Dictionary<string, TaskReport> EarlyReports { get; } = new(StringComparer.Ordinal);

    public RunJournal Journal => Board.Journal;

    /// <summary>True once tasks are loaded or never will be; commands that name a task wait for it.</summary>
    public bool HasTasks => Board.IsFilled || IsEnding;

    /// <summary>The planner, where the run began with a request.</summary>
    public TaskOutline? Planner { get; set; }

    /// <summary>The plan is stored where it was requested, and what planning held is released.</summary>
    public bool PlanningEnded { get; set; }

    /// <summary>A person's answer to the plan; null: there is none.</summary>
    public (bool Accepted, Person By)? PlanAnswer { get; set; }

    /// <summary>A person has asked to retry landing.</summary>
    public bool PromoteAsked { get; set; }

    /// <summary>Promotion was not given in time.</summary>
    public bool IsPromotionOverdue { get; set; }

    /// <summary>A person has asked to land what is merged, while other tasks need attention.</summary>
    public bool LandMergedAsked { get; set; }

    /// <summary>True while merged work lands and tasks wait for people: nothing is merged meanwhile.</summary>
    public bool IsLandingMerged { get; set; }

    /// <summary>The resolution that is being carried out; null: there is none.</summary>
    public Resolution? Resolution { get; set; }

    /// <summary>There are facts that people are about to be told of.</summary>
    public bool IsTelling { get; set; }

    public bool UntilLifted { get; set; }

    /// <summary>Tasks that a person paused by name: they are resumed by name, not with the run.</summary>
    public SortedSet<string> PausedAlone { get; } = new(StringComparer.Ordinal);

    public Outages Outages { get; }

    public LeaseBook Leases { get; } = new();

    /// <summary>Verified work that waits to be merged, and the state shared with the merge train.</summary>
    public TrainLink Train { get; } = new();

    /// <summary>The position of staging, as far as it was reported.</summary>
    public StagingPosition Staging { get; private set; } = new("", 0);

    /// <summary>The latest merge on staging. Every step that uses staging gets it as an argument; no file or ref is
    /// authoritative.</summary>
    public string StagingTip
    {
        get => Staging.Commit;
        set => Staging = Staging.MovedTo(value);
    }

    /// <summary>True if staging has work that has not landed. A task whose work the target had already merges nothing.</summary>
    public bool HasUnlanded =>
        Board.Unlanded.Any() && (StagingTip.Length == 0 || (StagingTip != Run.BaseCommit && StagingTip != Run.LandedCommit));

    /// <summary>The history is long: nothing new is started until what is under way has ended and the run has continued as new.</summary>
    public bool IsDraining { get; set; }

    /// <summary>The one who cancelled the run, and why.</summary>
    public Person CancelledBy { get; set; } = Person.Of("");

    /// <summary>The run is ending and waits for no person any more.</summary>
    public bool IsEnding { get; set; }

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <summary>Takes over the train's position of staging, unless a later one is known.</summary>
    public void MovedTo(StagingPosition position) => Staging = Staging.OrNewer(position);

    /// <summary>The task is the one that makes the plan.</summary>
    public bool IsPlanner(TaskEntry entry) => Input.NeedsPlanner && entry.Id == PlannerTask.Id;

    /// <summary>True if an entry is a task of the plan, and neither the planner nor the review.</summary>
    public bool IsOfPlan(TaskEntry entry) => !IsPlanner(entry) && entry.Id is not (ReviewTask.Id or ReplanTask.Id);

    /// <summary>Only the review is left: all tasks of the plan have ended.</summary>
    public bool IsReviewing => Board.TryFind(ReviewTask.Id) is not null && Board.Entries.All(e => e.Id == ReviewTask.Id || e.HasEnded);

    /// <summary>Another plan is being made.</summary>
    public bool IsReplanning => Run.Replan is { State: ReplanStates.Asked };

    /// <summary>Plan that a task works by; empty for the planner.</summary>
    public string PlanHashOf(TaskEntry entry) => IsPlanner(entry) ? "" : Plan.Hash;

    /// <summary>The run comes into a state, or has another reason to be in it.</summary>
    public void TransitionTo(string state, Reason? why, DateTimeOffset now, string evidence = "")
    {
        if (Run.State == state && Run.Reason == ReasonText.Of(why) && Journal.Sequence > 0)
        {
            return;
        }
        Run = Run with { State = state, Why = why, Since = now, Evidence = evidence };
        Journal.Note(task: null, state, why, now, evidence);
    }

    /// <summary>Something happened to the run that does not change its state.</summary>
    public void Note(Reason what, DateTimeOffset now, string? by = null) => Journal.Note(task: null, Run.State, what, now, by: by);

    /// <summary>Restores the run from a checkpoint; its tasks are loaded later.</summary>
    public void Restore(RunCheckpoint checkpoint)
    {
        Repository = checkpoint.Repository;
        Plan = checkpoint.Plan;
        Planner = checkpoint.Planner;
        PlanningEnded = true;
        Run = checkpoint.Status with { Tasks = [], Questions = [] };
        Staging = checkpoint.Staging;
        Train.Restore(checkpoint.Train);
        UntilLifted = checkpoint.UntilLifted;
        LandMergedAsked = checkpoint.LandMergedAsked;
        PausedAlone.UnionWith(checkpoint.PausedAlone);
        Leases.Restore(checkpoint.Leases);
        Journal.Sequence = checkpoint.Status.Sequence;
    }

    /// <summary>Goes on with the tasks of a checkpoint.</summary>
    /// <param name="outlines">The plan's tasks.</param>
    /// <param name="tasks">Known state of tasks, and whether a file of the run's folder contains it.</param>
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

    /// <summary>The status for others, with a page of its tasks.</summary>
    public RunStatus Snapshot(int offset, int limit)
    {
        IReadOnlyDictionary<string, int>? positions = null;
        return Run with
        {
            UpdatedAt = Journal.LastAt ?? Run.UpdatedAt,
            Sequence = Journal.Sequence,
            Queue = Repository.Queue,
            Host = Repository.Host ?? "",
            PlanHash = Plan.Hash,
            AgentStarts = Board.Entries.Sum(e => e.Progress.Starts),
            Cost = Board.Entries.Sum(e => e.Progress.Cost),
            Questions = Questions.Of(this),
            Outages = [.. Outages.Open.Where(outage => !outage.IsOver).Select(outage => outage.ToStatus())],
            PromotionOverdue = IsPromotionOverdue,
            Telling = IsTelling,
            Tasks = PayloadPaging.First(Board.Entries.Skip(offset).Select(Shown), limit),
            TaskCount = Board.Entries.Count,
        };

        RunTask Shown(TaskEntry entry) =>
            entry.Shown(
                entry.Progress.State == TaskStates.Merging && (positions ??= Train.Positions()).TryGetValue(entry.Id, out var position)
                    ? position
                    : null
            );
    }
}
