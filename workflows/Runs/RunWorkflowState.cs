namespace Orchestrator.Workflows.Runs;

/// <summary>
/// State of a run, which the classes in this folder read and change. The need for follow-up work, such as recording or merging, is computed
/// from these values and never stored as a flag.
/// </summary>
internal sealed class RunWorkflowState
{
    private readonly CancellationToken _cancellation;

    public RunWorkflowState(string runId, OrchestrationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        RunId = runId;
        Input = input;
        Outages = new AccountAndHostOutageTracker(() => Rules.FirstTrialAfter);
        Run = new RunStatus
        {
            RunId = runId,
            State = RunStateNames.Planning,
            // A request becomes the title only after the planner has derived one.
            Title = PayloadSizeLimiter.Shorten(input.Request is null ? input.Subject ?? "" : ""),
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

    /// <summary>
    /// Input of the run. Preflight resolves values that only a host can determine; for example, it replaces a time of day with a point in
    /// time.
    /// </summary>
    public OrchestrationInput Input { get; set; }

    public RepositoryReference Repository { get; set; } = new("", "", "");

    /// <summary>The plan without its tasks, which are on the <see cref="Board"/>.</summary>
    public PlanOutline Plan { get; set; } = new();

    /// <summary>Settings used by the workflow.</summary>
    public RunWorkflowSettings Rules => Plan.Rules;

    /// <summary>Status of the run without its tasks.</summary>
    public RunStatus Run { get; set; }

    /// <summary>Time at which the run's state, or the reason for this state, last changed.</summary>
    public DateTimeOffset Since => Run.Since;

    public RunTaskTracker Board { get; } = new();

    /// <summary>Newest reports of tasks that this execution of the run had not yet adopted when the reports arrived, by task id.</summary>
    public Dictionary<string, TaskReport> EarlyReports { get; } = new(StringComparer.Ordinal);

    public RunJournal Journal => Board.Journal;

    public AnsweredSignedCommandStore SignedCommands { get; } = new();

    /// <summary>True if tasks are loaded or never will be. Commands that name a task wait for this.</summary>
    public bool HasTasks => Board.IsFilled || IsEnding;

    /// <summary>The planner of a run that started with a request, or null for other runs.</summary>
    public TaskOutline? Planner { get; set; }

    /// <summary>True if the plan is stored at the requested location and the planner's resources are released.</summary>
    public bool PlanningEnded { get; set; }

    /// <summary>Approver's answer to the plan, or null if there is none yet.</summary>
    public (bool Accepted, DecidingUser By)? PlanAnswer { get; set; }

    /// <summary>True if a user has requested another attempt at landing.</summary>
    public bool PromoteAsked { get; set; }

    /// <summary>True if no user promoted the run in time.</summary>
    public bool IsPromotionOverdue { get; set; }

    /// <summary>True if a user has requested the landing of the merged work while other tasks need attention.</summary>
    public bool LandMergedAsked { get; set; }

    /// <summary>True while merged work is landing and other tasks are open. Nothing is merged during that time.</summary>
    public bool IsLandingMerged { get; set; }

    /// <summary>
    /// Record of earlier landings and target checks that took place while other tasks continued, or null if there were none.
    /// </summary>
    public PartialLandingRecord? Parts { get; set; }

    /// <summary>Resolution that is being carried out, or null if there is none.</summary>
    public EscalationResolution? Resolution { get; set; }

    /// <summary>True if a notice to users is about to be sent.</summary>
    public bool IsTelling { get; set; }

    public bool UntilLifted { get; set; }

    /// <summary>Ids of tasks that a user paused individually. Resuming the run does not resume them.</summary>
    public SortedSet<string> PausedAlone { get; } = new(StringComparer.Ordinal);

    public AccountAndHostOutageTracker Outages { get; }

    public LeaseTracker Leases { get; } = new();

    /// <summary>Verified work that is waiting for its merge, and the state of the connection to the merge queue.</summary>
    public MergeQueueRequestTracker Train { get; } = new();

    /// <summary>Last reported position of the staging branch.</summary>
    public StagingBranchTip Staging { get; private set; } = new("", 0);

    /// <summary>
    /// Commit of the last merge on the staging branch. Passed as an argument to every activity that uses the branch, because neither a file
    /// nor a ref is authoritative.
    /// </summary>
    public string StagingTip
    {
        get => Staging.Commit;
        set => Staging = Staging.MovedTo(value);
    }

    /// <summary>
    /// True if the merged work must pass a review before it lands, but no review has accepted the current commit of the staging branch.
    /// False if a user has overruled the review.
    /// </summary>
    public bool IsUnreviewed =>
        Rules.Review is { Picks: false }
        && !(
            Run.Review is { Verdict: ReviewStateNames.Overruled }
            || (Run.Review is { Verdict: ReviewStateNames.Accepted or ReviewStateNames.Empty } review && review.Commit == StagingTip)
        );

    /// <summary>
    /// True if the staging branch contains work that has not landed. False if the merged tasks changed nothing, because their work was
    /// already on the target.
    /// </summary>
    public bool HasUnlanded =>
        Board.Unlanded.Any() && (StagingTip.Length == 0 || (StagingTip != Run.BaseCommit && StagingTip != Run.LandedCommit));

    /// <summary>
    /// True if the history is long. The run then starts no new work until outgoing calls and updates have completed and the run has
    /// continued as new.
    /// </summary>
    public bool IsDraining { get; set; }

    /// <summary>User who canceled the run, with the reason given.</summary>
    public DecidingUser CancelledBy { get; set; } = DecidingUser.Of("");

    /// <summary>True if the run is ending and no longer waits for users.</summary>
    public bool IsEnding { get; set; }

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <summary>
    /// Adopts the position of the staging branch reported by the merge queue, unless the run already has a later position.
    /// </summary>
    public void MovedTo(StagingBranchTip position) => Staging = Staging.OrNewer(position);

    /// <summary>True if the task is the planner.</summary>
    public bool IsPlanner(PlanTaskWithProgress entry) => Input.NeedsPlanner && entry.Id == PlannerTaskDefinition.Id;

    /// <summary>True if a task belongs to the plan and is neither the planner nor the review.</summary>
    public bool IsOfPlan(PlanTaskWithProgress entry) =>
        !IsPlanner(entry) && entry.Id is not (ReviewTaskDefinition.Id or ReplanTaskDefinition.Id);

    /// <summary>True if all tasks of the plan have ended and only the review remains.</summary>
    public bool IsReviewing =>
        Board.TryFind(ReviewTaskDefinition.Id) is not null && Board.Entries.All(e => e.Id == ReviewTaskDefinition.Id || e.HasEnded);

    /// <summary>True while a planner makes another plan for the run.</summary>
    public bool IsReplanning => Run.Replan is { State: ReplanStateNames.Asked };

    /// <summary>Returns the hash of the plan that a task uses; empty for the planner.</summary>
    public string PlanHashOf(PlanTaskWithProgress entry) => IsPlanner(entry) ? "" : Plan.Hash;

    /// <summary>Moves the run to a new state, or sets a new reason for the same state.</summary>
    public void TransitionTo(string state, Reason? why, DateTimeOffset now, string evidence = "")
    {
        if (Run.State == state && Run.Reason == StatusReasonFormatter.Of(why) && Journal.Sequence > 0)
        {
            return;
        }
        Run = Run with { State = state, Why = why, Since = now, Evidence = evidence };
        Journal.Note(task: null, state, why, now, evidence);
    }

    /// <summary>Records an event that does not change the run's state.</summary>
    public void Note(Reason what, DateTimeOffset now, string? by = null) => Journal.Note(task: null, Run.State, what, now, by: by);

    /// <summary>Restores the run from a checkpoint. Its tasks are loaded later.</summary>
    public void Restore(RunWorkflowCheckpoint checkpoint)
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
        Parts = checkpoint.Parts;
        PausedAlone.UnionWith(checkpoint.PausedAlone);
        Leases.Restore(checkpoint.Leases);
        Journal.Sequence = checkpoint.Status.Sequence;
    }

    /// <summary>Restores the tasks of a checkpoint.</summary>
    /// <param name="outlines">The plan's tasks.</param>
    /// <param name="tasks">Checkpoints of tasks by id. True if a file in the run's folder contains the checkpoint.</param>
    public void RestoreTasks(
        RunWorkflowCheckpoint checkpoint,
        IReadOnlyList<TaskOutline> outlines,
        IReadOnlyDictionary<string, (TaskCheckpoint Task, bool IsInFile)> tasks
    )
    {
        IReadOnlyList<TaskOutline> replan = Run.Replan is null ? [] : [ReplanTaskDefinition.Of(Rules)];
        IReadOnlyList<TaskOutline> review = Run.Review is not null && Rules.Review is { } rule ? [ReviewTaskDefinition.Of(rule)] : [];
        Board.Add(
            Planner is null ? [.. outlines, .. review, .. replan] : [Planner, .. outlines, .. review, .. replan],
            Run.StartedAt,
            tasks
        );
        Outages.Restore(checkpoint.Outages);
        SignedCommands.Restore(checkpoint.SignedAnswers);
    }

    /// <summary>Returns the status for clients, with a page of its tasks.</summary>
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
            Questions = UserQuestionBuilder.Of(this),
            Outages = [.. Outages.Open.Where(outage => !outage.IsOver).Select(outage => outage.ToStatus())],
            PromotionOverdue = IsPromotionOverdue,
            Telling = IsTelling,
            Tasks = PayloadSizeLimiter.First(Board.Entries.Skip(offset).Select(Shown), limit),
            TaskCount = Board.Entries.Count,
        };

        RunTaskStatus Shown(PlanTaskWithProgress entry) =>
            entry.ToRunTask(
                entry.Progress.State == TaskStateNames.Merging && (positions ??= Train.Positions()).TryGetValue(entry.Id, out var position)
                    ? position
                    : null
            );
    }
}
