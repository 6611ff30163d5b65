using Temporalio.Activities;

namespace Orchestrator.Messages;

/// <summary>
/// Activity that finds a repository. Workers fetch it from the task queue that all repositories share, but it succeeds only on a worker
/// that serves the repository.
/// </summary>
public interface IRepositoryActivities
{
    /// <summary>Finds the repository that contains a path, and the task queue for its activities.</summary>
    [Activity]
    Task<RepositoryReference> FindRepositoryAsync(string path);
}

/// <summary>Activities of a run as a whole. Each is idempotent because it skips work that is already done.</summary>
public interface IRunActivities
{
    [Activity]
    Task<PlanOutline> LoadPlanAsync(LoadPlanInput input);

    [Activity]
    Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input);

    [Activity]
    Task<PreflightResult> PreflightAsync(PreflightInput input);

    /// <summary>Writes state transitions of the run and its tasks to the run's folder.</summary>
    /// <returns>The result, or null from a worker of an earlier version. Such a worker must receive every transition.</returns>
    [Activity]
    Task<RecordProgressReply?> RecordProgressAsync(RecordProgressInput input);

    [Activity]
    Task<TaskReport?> ReadTaskAsync(ReadTaskInput input);

    /// <summary>Stores the state of the run's tasks for the next execution of the run's workflow.</summary>
    [Activity]
    Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input);

    /// <summary>Reads a page of a checkpoint file. Fails if the file is missing or has been changed since it was stored.</summary>
    [Activity]
    Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input);

    /// <summary>Signals the repository's lease workflow on behalf of a run, and starts the workflow if necessary.</summary>
    [Activity]
    Task TellLeasesAsync(SendLeaseSignalInput input);

    /// <summary>Returns the ids of the given runs that have ended or do not exist.</summary>
    [Activity]
    Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds);

    /// <summary>
    /// Searches git, the run's record and the Temporal server for the work of a workflow execution that was replaced by a reset. Recreates
    /// the staging branch if it is missing.
    /// </summary>
    [Activity]
    Task<EarlierWorkSearchResultPage> FindEarlierWorkAsync(FindEarlierWorkInput input);

    [Activity]
    Task<LandResult> LandAsync(LandInput input);

    /// <summary>Finds the commits that a user made on the staging branch.</summary>
    [Activity]
    Task<ManualFixCommits> LookAtFixAsync(FindManualFixInput input);

    /// <summary>
    /// Verifies a user's commits with the gates of the whole run. If the gates pass, the run continues from these commits.
    /// </summary>
    [Activity]
    Task<ManualFixVerdict> VerifyFixAsync(VerifyFixInput input);

    /// <summary>
    /// Keeps the work of a cancelled run under a ref. Returns a sentence that names the command for reverting the run's landing, or an
    /// empty string if nothing landed.
    /// </summary>
    [Activity]
    Task<string> AbortAsync(RetainRunWorkInput input);

    /// <summary>
    /// Writes the report, and deletes those branches and worktrees whose work is known to be merged. Returns the report's path, relative to
    /// the repository.
    /// </summary>
    [Activity]
    Task<string> FinishAsync(FinishRunInput input);
}

/// <summary>Activities that notify users.</summary>
public interface INoticeActivities
{
    /// <summary>
    /// Sends new notices through the configured channels and withdraws obsolete ones. A delivered notice is never sent again.
    /// </summary>
    [Activity]
    Task<NoticeSendingResult> TellPeopleAsync(SendNoticesInput input);
}

/// <summary>Activities for the spending limits of accounts.</summary>
public interface IUsageActivities
{
    /// <summary>Stores a raised budget. The activity is idempotent.</summary>
    [Activity]
    Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input);
}

/// <summary>Activities of a single task. Each is idempotent because it skips work that is already done.</summary>
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

/// <summary>Activities that move a task to another host. Each is idempotent because it skips work that is already done.</summary>
public interface IHostSlotActivities
{
    /// <summary>
    /// Holds a slot for a task until the activity is cancelled, and informs the task's workflow which host granted the slot. The activity
    /// is scheduled on a slot queue, so any host with a free slot may run it.
    /// </summary>
    [Activity]
    Task HoldPlaceAsync(HoldSlotInput input);

    /// <summary>
    /// Publishes a task's data for a worker host, including work that other worker hosts pushed for the task. From then on, pushes by those
    /// other worker hosts are rejected. Runs on the owner host.
    /// </summary>
    [Activity]
    Task HandTaskAsync(PushTaskWorkInput input);

    /// <summary>
    /// Fetches the published data of a task. A worker host fetches everything that the task needs; the owner host fetches only the task's
    /// files and work.
    /// </summary>
    [Activity]
    Task TakeTaskAsync(FetchTaskWorkInput input);

    /// <summary>
    /// Publishes a merge made by the merge queue, so that another host can run gates on it. No branch contains this merge yet. Runs on the
    /// owner host.
    /// </summary>
    [Activity]
    Task ShareMergeAsync(VerifyMergeBatchInput input);

    /// <summary>
    /// Runs gates on a published merge on a host with a free slot. The activity is scheduled on a slot queue, and fails if there is no free
    /// slot.
    /// </summary>
    /// <returns>As <see cref="IMergeQueueActivities.GateBatchAsync"/>, with the tree that was checked.</returns>
    [Activity]
    Task<MergeResult> GateMergeAsync(VerifyPublishedMergeInput input);

    /// <summary>Removes a published merge from the remote. Runs on the owner host.</summary>
    [Activity]
    Task WithdrawMergeAsync(VerifyMergeBatchInput input);
}

/// <summary>Activities for requests from agents. Each is idempotent because it skips work that is already done.</summary>
public interface IRequestActivities
{
    /// <summary>Evaluates an agent's request, and rejects it, grants it, or leaves the decision to an approver.</summary>
    [Activity]
    Task<AgentRequestEvaluationResult> JudgeRequestAsync(EvaluateAgentRequestInput input);

    /// <summary>
    /// Installs packages in a worktree that has the tip of the staging branch checked out. Commits the changed package manifest and lock
    /// file there, without moving the staging branch.
    /// </summary>
    [Activity]
    Task<PackageInstallationResult> InstallAsync(InstallPackagesInput input);

    [Activity]
    Task<AgentRequestAnswer> ConcludeRequestAsync(ConcludeAgentRequestInput input);

    /// <summary>
    /// Stores a copy of the plan that also contains the smaller tasks into which a task was divided. The copy is stored next to the
    /// approved plan.
    /// </summary>
    [Activity]
    Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input);

    /// <summary>Turns a plain-text description into tasks and adds them to the stored plan. The activity is idempotent.</summary>
    [Activity]
    Task<SplitConclusion> AddTasksAsync(AddTasksInput input);
}

/// <summary>Activities that merge one or more tasks. Each is idempotent because it skips work that is already done.</summary>
public interface IMergeQueueActivities
{
    /// <summary>
    /// Creates the merge commits of a batch, runs the gates on the merged files, and moves the staging branch to the last merge. Stops
    /// early if the merge queue has to make a decision.
    /// </summary>
    [Activity]
    Task<MergedBatch> MergeBatchAsync(MergeBatchInput input);

    /// <summary>Determines which parts of the repository a change can affect, according to the setting <c>merge.scopes</c>.</summary>
    /// <returns>One location per request, in the order of the requests.</returns>
    [Activity]
    Task<IReadOnlyList<AffectedRepositoryParts>> LocateWorkAsync(FindAffectedRepositoryPartsInput input);

    /// <summary>Creates the merge commits of a batch, each on top of the previous one. Does not move the staging branch.</summary>
    /// <returns>At least one result, in the order of the requests: merged, already on staging, or refused. If an entry conflicts with an
    /// earlier one of the batch, that entry and all later ones have no result and stay for the next batch.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input);

    /// <summary>Runs the gates on one merge commit of a batch.</summary>
    /// <returns><see cref="MergeOutcome.Made"/> if all gates pass, otherwise the refusal of the last entry. A transient failure means that
    /// the merge commit no longer exists and must be rebuilt.</returns>
    [Activity]
    Task<MergeResult> GateBatchAsync(VerifyMergeBatchInput input);

    /// <summary>Moves the staging branch to the last merge commit of a batch.</summary>
    /// <returns>The merges, marked as merged. If staging has moved since the batch was built, the results are unchanged, and the batch must
    /// be rebuilt.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> LandBatchAsync(AdvanceStagingBranchInput input);
}

/// <summary>
/// Activities that ask a read-only agent questions. The agent is a reviewer, or a planner that makes plans or answers other agents'
/// questions. Each activity is idempotent and never pays twice for an answer.
/// </summary>
public interface IAnswerActivities
{
    /// <summary>Runs an agent until it answers, and stores the answer.</summary>
    [Activity]
    Task<AgentRunResult> AskAgentAsync(AskAgentInput input);

    /// <summary>
    /// Validates an agent's stored answer. If the answer is valid, also stores it under the file name that later activities read.
    /// </summary>
    [Activity]
    Task<AgentAnswerValidationResult> JudgeAnswerAsync(ValidateAgentAnswerInput input);
}

/// <summary>Activities that make or change plans. Each is idempotent and never pays twice for an answer.</summary>
public interface IPlanningActivities
{
    [Activity]
    Task<PlanningPreparationResult> BeginPlanningAsync(PreparePlanningInput input);

    /// <summary>Checks that the plan of the current run can be replaced, and stores the planner's input.</summary>
    [Activity]
    Task<PlanningPreparationResult> BeginReplanAsync(PrepareReplanInput input);

    /// <summary>Adds the tasks of a new plan to a copy of the current plan. The copy is stored next to the approved plan.</summary>
    [Activity]
    Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input);

    /// <summary>Stores the finished plan. Returns a sentence that names the plan's location.</summary>
    [Activity]
    Task<string> EndPlanningAsync(EndPlanningInput input);
}

/// <summary>Activities of a review. Each is idempotent and never pays twice for an answer.</summary>
public interface IReviewActivities
{
    /// <summary>
    /// Compares the results of tasks whose descriptions in the plan are identical. If several results are equally good according to the
    /// evidence, stores questions for the reviewer next to the approved plan.
    /// </summary>
    [Activity]
    Task<TiedTaskResultSearchResult> FindTiesAsync(CompareIdenticalTasksInput input);

    [Activity]
    Task<ReviewPreparationResult> BeginReviewAsync(PrepareReviewInput input);

    /// <summary>
    /// Reads all answers of a review round, and turns its findings into tasks in a copy of the plan. The copy is stored next to the
    /// approved plan.
    /// </summary>
    [Activity]
    Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input);

    [Activity]
    Task EndReviewAsync(EndReviewInput input);
}
