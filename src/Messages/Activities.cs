using Temporalio.Activities;

namespace Orchestrator.Messages;

/// <summary>Activity on the shared task queue. It succeeds only on a worker that serves the repository.</summary>
public interface IRepositoryActivities
{
    /// <summary>Finds the repository and the task queue of its activities.</summary>
    [Activity]
    Task<RepositoryReference> FindRepositoryAsync(string path);
}

/// <summary>Steps of a run as a whole. Each is idempotent: a repetition does only the missing work.</summary>
public interface IRunActivities
{
    [Activity]
    Task<PlanOutline> LoadPlanAsync(LoadPlanInput input);

    [Activity]
    Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input);

    [Activity]
    Task<PreflightResult> PreflightAsync(PreflightInput input);

    /// <summary>Writes transitions to the run's folder.</summary>
    /// <returns>The result, or null from a worker of an earlier version, which must be sent every transition.</returns>
    [Activity]
    Task<ProgressRecorded?> RecordProgressAsync(ProgressInput input);

    [Activity]
    Task<TaskReport?> ReadTaskAsync(ReadTaskInput input);

    /// <summary>Stores the state of tasks for the run's next execution.</summary>
    [Activity]
    Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input);

    /// <summary>Reads a page of a checkpoint file. Fails if the file is missing or was changed.</summary>
    [Activity]
    Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input);

    /// <summary>Signals the repository's lease workflow on behalf of a run, and starts the workflow if necessary.</summary>
    [Activity]
    Task TellLeasesAsync(LeaseInput input);

    /// <summary>Returns those of the given runs that have ended or do not exist.</summary>
    [Activity]
    Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds);

    /// <summary>Finds the work of a replaced execution of this run in git, in the run's record and on the server. Recreates a missing
    /// staging branch.</summary>
    [Activity]
    Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input);

    [Activity]
    Task<LandResult> LandAsync(LandInput input);

    /// <summary>Finds the commits that a user has made on staging.</summary>
    [Activity]
    Task<FixLook> LookAtFixAsync(LookAtFixInput input);

    /// <summary>Runs the gates of the whole run on a user's commits. If they pass, the run continues from these commits.</summary>
    [Activity]
    Task<FixVerdict> VerifyFixAsync(VerifyFixInput input);

    /// <summary>Keeps the work of a cancelled run under a ref. Returns the command that reverts its landing; empty if nothing had
    /// landed.</summary>
    [Activity]
    Task<string> AbortAsync(AbortInput input);

    /// <summary>Writes the report and deletes branches and worktrees that are proven to be merged. Returns the report's path, relative to
    /// the repository.</summary>
    [Activity]
    Task<string> FinishAsync(FinishInput input);
}

/// <summary>Notifications to users.</summary>
public interface INoticeActivities
{
    /// <summary>Sends new notices and withdraws obsolete ones through the configured channels. A repetition does not send a delivered
    /// notice again.</summary>
    [Activity]
    Task<ToldPeople> TellPeopleAsync(TellPeopleInput input);
}

/// <summary>Spending limits of accounts.</summary>
public interface IUsageActivities
{
    /// <summary>Stores a raised budget. Idempotent.</summary>
    [Activity]
    Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input);
}

/// <summary>Steps of a single task. Each is idempotent: a repetition does only the missing work.</summary>
public interface ITaskActivities
{
    [Activity]
    Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input);

    [Activity]
    Task<AgentRunResult> RunAgentAsync(RunAgentInput input);

    [Activity]
    Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input);

    [Activity]
    Task ReleaseTaskAsync(ReleaseTaskInput input);
}

/// <summary>Steps for running a task on another host. Each is idempotent: a repetition does only the missing work.</summary>
public interface IPlaceActivities
{
    /// <summary>Holds a slot for a task until cancelled, and notifies the task's workflow of the slot. Scheduled on a queue of slots, so
    /// any host with a free slot may take it.</summary>
    [Activity]
    Task HoldPlaceAsync(HoldPlaceInput input);

    /// <summary>Runs on the owner host. Publishes the task's data for a worker host, including work that other worker hosts pushed for it.
    /// From then on the other worker hosts can't push for the task.</summary>
    [Activity]
    Task HandTaskAsync(HandTaskInput input);

    /// <summary>Fetches the published data of the task. A worker host fetches everything the task needs; the owner host fetches the task's
    /// files and work.</summary>
    [Activity]
    Task TakeTaskAsync(TakeTaskInput input);
}

/// <summary>Steps for requests of agents. Each is idempotent: a repetition does only the missing work.</summary>
public interface IRequestActivities
{
    /// <summary>Judges a request: rejects it, grants it, or leaves the decision to an approver.</summary>
    [Activity]
    Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input);

    /// <summary>Installs packages in a worktree of staging and commits the manifest and the lock file. Does not move staging.</summary>
    [Activity]
    Task<InstallResult> InstallAsync(InstallInput input);

    [Activity]
    Task<RequestConclusion> ConcludeRequestAsync(ConcludeRequestInput input);

    /// <summary>Adds the parts of a task to a copy of the plan, which is stored beside the approved plan.</summary>
    [Activity]
    Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input);

    /// <summary>Adds tasks in plain text to the stored plan. Idempotent.</summary>
    [Activity]
    Task<SplitConclusion> AddTasksAsync(AddTasksInput input);
}

/// <summary>Steps of merging one or more tasks. Each is idempotent: a repetition does only the missing work.</summary>
public interface ITrainActivities
{
    /// <summary>Makes the merges of a batch, runs the gates on the whole of it and moves staging over it, as long as nothing has to be
    /// decided in between.</summary>
    [Activity]
    Task<MergedBatch> MergeBatchAsync(MergeBatchInput input);

    /// <summary>Determines which parts of the repository work can influence, by the scopes of the settings.</summary>
    /// <returns>Locations in the order of the requests.</returns>
    [Activity]
    Task<IReadOnlyList<WorkLocation>> LocateWorkAsync(LocateInput input);

    /// <summary>Makes the merges of a batch, one on top of the other; staging is not moved.</summary>
    /// <returns>The first results in the order of the requests: made, staging has it already, or refused. There may be fewer than requests,
    /// never none: an entry that conflicts with earlier ones of the batch is left for the next batch, with all that follow.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input);

    /// <summary>Runs gates on a merge commit of a batch.</summary>
    /// <returns><see cref="MergeOutcome.Made"/> if all gates pass, otherwise the refusal of the last entry. A transient failure means that
    /// the merge commit is gone and must be built again.</returns>
    [Activity]
    Task<MergeResult> GateBatchAsync(GateBatchInput input);

    /// <summary>Moves staging to the merge commits of a batch.</summary>
    /// <returns>The merges, marked as merged. If staging has moved meanwhile, the merges are unchanged and the batch must be built
    /// again.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> LandBatchAsync(LandBatchInput input);
}

/// <summary>Steps of querying a read-only agent: a planner for a plan or for another agent's question, or a reviewer. Each is idempotent:
/// a repetition does only the missing work, and no answer is paid for twice.</summary>
public interface IAnswerActivities
{
    /// <summary>Executes one agent run until it answers, and stores the answer.</summary>
    [Activity]
    Task<AgentRunResult> AskAgentAsync(AskAgentInput input);

    /// <summary>Validates a stored answer. A valid answer is stored for later steps.</summary>
    [Activity]
    Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input);
}

/// <summary>Steps of planning. Each is idempotent: a repetition does only the missing work, and no answer is paid for twice.</summary>
public interface IPlanningActivities
{
    [Activity]
    Task<PlanningBegun> BeginPlanningAsync(BeginPlanningInput input);

    /// <summary>Checks that the running plan can be replaced, and stores the planner's input.</summary>
    [Activity]
    Task<PlanningBegun> BeginReplanAsync(BeginReplanInput input);

    /// <summary>Adds the tasks of a new plan to a copy of the plan, which is stored beside the approved plan.</summary>
    [Activity]
    Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input);

    /// <summary>Stores the finished plan. Returns a sentence that names the plan's location.</summary>
    [Activity]
    Task<string> EndPlanningAsync(EndPlanningInput input);
}

/// <summary>Steps of a review. Each is idempotent: a repetition does only the missing work, and no answer is paid for twice.</summary>
public interface IReviewActivities
{
    /// <summary>Compares the results of tasks with the same text. Questions for the reviewer are stored beside the approved
    /// plan.</summary>
    [Activity]
    Task<TiesFound> FindTiesAsync(FindTiesInput input);

    [Activity]
    Task<ReviewBegun> BeginReviewAsync(BeginReviewInput input);

    /// <summary>Reads all answers of a round. Findings become tasks in a copy of the plan, which is stored beside the approved
    /// plan.</summary>
    [Activity]
    Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input);

    [Activity]
    Task EndReviewAsync(EndReviewInput input);
}
