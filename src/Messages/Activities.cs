using Temporalio.Activities;

namespace Orchestrator.Messages;

/// <summary>The activity on the shared queue: only a worker that serves the repository succeeds.</summary>
public interface IRepositoryActivities
{
    /// <summary>Finds the repository and the queue of its activities.</summary>
    [Activity]
    Task<RepositoryReference> FindRepositoryAsync(string path);
}

/// <summary>Steps of a run as a whole. Each may be repeated at any time and then does what is still missing.</summary>
public interface IRunActivities
{
    [Activity]
    Task<PlanOutline> LoadPlanAsync(LoadPlanInput input);

    [Activity]
    Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input);

    [Activity]
    Task<PreflightResult> PreflightAsync(PreflightInput input);

    /// <summary>Writes transitions to the run's folder.</summary>
    /// <returns>Null from a worker of an earlier version: it has to be sent every transition.</returns>
    [Activity]
    Task<ProgressRecorded?> RecordProgressAsync(ProgressInput input);

    [Activity]
    Task<TaskReport?> ReadTaskAsync(ReadTaskInput input);

    /// <summary>Stores the state of tasks for the run's next execution.</summary>
    [Activity]
    Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input);

    /// <summary>Reads a page of it; a file that is missing or was changed is refused.</summary>
    [Activity]
    Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input);

    /// <summary>Signals the lease workflow of the repository for a run, and starts it where needed.</summary>
    [Activity]
    Task TellLeasesAsync(LeaseInput input);

    /// <summary>The runs among those given that have ended or do not exist.</summary>
    [Activity]
    Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds);

    /// <summary>Finds what a replaced execution of this run has left: reads git, the record and the server, and creates a missing staging
    /// branch again.</summary>
    [Activity]
    Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input);

    [Activity]
    Task<LandResult> LandAsync(LandInput input);

    /// <summary>Commits that a person has made on staging.</summary>
    [Activity]
    Task<FixLook> LookAtFixAsync(LookAtFixInput input);

    /// <summary>Runs the gates of the whole run on them; if they pass, the run continues from there.</summary>
    [Activity]
    Task<FixVerdict> VerifyFixAsync(VerifyFixInput input);

    /// <summary>Keeps the work of a cancelled run and takes a landing back; returns what became of the target, empty where nothing had
    /// landed.</summary>
    [Activity]
    Task<string> AbortAsync(AbortInput input);

    /// <summary>Writes the report and removes what is proven merged; returns the report's path relative to the repository.</summary>
    [Activity]
    Task<string> FinishAsync(FinishInput input);
}

/// <summary>Messages to people.</summary>
public interface INoticeActivities
{
    /// <summary>Tells people what is new and withdraws what is over, by the channels of the settings. Repeated, nothing is told again that
    /// was delivered.</summary>
    [Activity]
    Task<ToldPeople> TellPeopleAsync(TellPeopleInput input);
}

/// <summary>The spending limits of accounts.</summary>
public interface IUsageActivities
{
    /// <summary>Stores a raised budget. Repeated, it changes nothing.</summary>
    [Activity]
    Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input);
}

/// <summary>Steps of one task. Each may be repeated at any time and then does what is still missing.</summary>
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

/// <summary>Steps of having a task done on another host. Each may be repeated at any time and then does what is still missing.</summary>
public interface IPlaceActivities
{
    /// <summary>Keeps a place for a task until it is cancelled, and tells the task's workflow of it. On a queue of places: whichever host
    /// has one takes it.</summary>
    [Activity]
    Task HoldPlaceAsync(HoldPlaceInput input);

    /// <summary>On the run's machine: shares what a host needs of the task, with what other hosts have pushed of it. From then on those
    /// can push no more.</summary>
    [Activity]
    Task HandTaskAsync(HandTaskInput input);

    /// <summary>Takes what was shared of the task: all that it needs on a host; on the run's machine its own files and work.</summary>
    [Activity]
    Task TakeTaskAsync(TakeTaskInput input);
}

/// <summary>Steps for requests of agents. Each may be repeated at any time and then does what is still missing.</summary>
public interface IRequestActivities
{
    /// <summary>Judges a request: refuses, grants, or decides that a person has to.</summary>
    [Activity]
    Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input);

    /// <summary>Installs packages in a worktree of staging and commits manifest and lock file; staging is not moved.</summary>
    [Activity]
    Task<InstallResult> InstallAsync(InstallInput input);

    [Activity]
    Task<RequestConclusion> ConcludeRequestAsync(ConcludeRequestInput input);

    /// <summary>Adds the parts of a task to a plan that is stored beside the approved one.</summary>
    [Activity]
    Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input);

    /// <summary>Adds tasks in words to the stored plan; repeating it has the same result.</summary>
    [Activity]
    Task<SplitConclusion> AddTasksAsync(AddTasksInput input);
}

/// <summary>Steps of merging tasks, one or several at once. Each may be repeated at any time and then does what is still missing.</summary>
public interface ITrainActivities
{
    /// <summary>Makes the merges of a batch, runs the gates on the whole of it and moves staging over it, as long as nothing has to be
    /// decided in between.</summary>
    [Activity]
    Task<MergedBatch> MergeBatchAsync(MergeBatchInput input);

    /// <summary>Makes the merges of a batch, one on top of the other; staging is not moved.</summary>
    /// <returns>The first results in the order of the requests: made, staging has it already, or refused. There may be fewer than requests,
    /// never none: an entry that conflicts with earlier ones of the batch is left for the next batch, with all that follow.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input);

    /// <summary>Runs gates on one of them.</summary>
    /// <returns>Made where all gates pass, else the refusal of the last entry. Transient: the merge is gone, and has to be made
    /// anew.</returns>
    [Activity]
    Task<MergeResult> GateBatchAsync(GateBatchInput input);

    /// <summary>Moves staging over them.</summary>
    /// <returns>The merges, merged; as they were where staging is elsewhere: then the batch has to be made anew.</returns>
    [Activity]
    Task<IReadOnlyList<MergeResult>> LandBatchAsync(LandBatchInput input);
}

/// <summary>Steps of asking an agent that only reads and answers: a planner for a plan or for an agent that asks, a reviewer. Each may be
/// repeated at any time and then does what is still missing; no answer is paid for twice.</summary>
public interface IAnswerActivities
{
    /// <summary>One agent run, to its answer, which is stored.</summary>
    [Activity]
    Task<AgentRunResult> AskAgentAsync(AskAgentInput input);

    /// <summary>Validates a stored answer; a valid one is stored for later steps.</summary>
    [Activity]
    Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input);
}

/// <summary>Steps of planning. Each may be repeated at any time and then does what is still missing; no answer is paid for twice.</summary>
public interface IPlanningActivities
{
    [Activity]
    Task<PlanningBegun> BeginPlanningAsync(BeginPlanningInput input);

    /// <summary>Checks whether another plan can be made in mid-run, and stores the planner's input.</summary>
    [Activity]
    Task<PlanningBegun> BeginReplanAsync(BeginReplanInput input);

    /// <summary>Adds the tasks of another plan to one that is stored beside the approved plan.</summary>
    [Activity]
    Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input);

    /// <summary>Returns a sentence with the place of the plan.</summary>
    [Activity]
    Task<string> EndPlanningAsync(EndPlanningInput input);
}

/// <summary>Steps of a review. Each may be repeated at any time and then does what is still missing; no answer is paid for twice.</summary>
public interface IReviewActivities
{
    /// <summary>Compares results of tasks with the same text; questions for the reviewer are stored beside the approved plan.</summary>
    [Activity]
    Task<TiesFound> FindTiesAsync(FindTiesInput input);

    [Activity]
    Task<ReviewBegun> BeginReviewAsync(BeginReviewInput input);

    /// <summary>Reads all answers of a round; findings become tasks of a plan that is stored beside the approved one.</summary>
    [Activity]
    Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input);

    [Activity]
    Task EndReviewAsync(EndReviewInput input);
}
