using Temporalio.Activities;

namespace Orchestrator.Messages;

/// <summary>The one activity on the shared queue: only a worker that has the repository answers.</summary>
public interface IRepositoryActivities
{
    /// <summary>Finds the repository and the queue of its activities.</summary>
    [Activity]
    Task<RepositoryReference> FindRepositoryAsync(string path);
}

/// <summary>Steps of a run as a whole. Each may be done again at any time and then does what is still missing.</summary>
public interface IRunActivities
{
    [Activity]
    Task<PlanOutline> LoadPlanAsync(LoadPlanInput input);

    [Activity]
    Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input);

    [Activity]
    Task<PreflightResult> PreflightAsync(PreflightInput input);

    [Activity]
    Task RecordProgressAsync(ProgressInput input);

    [Activity]
    Task<TaskReport?> ReadTaskAsync(ReadTaskInput input);

    /// <summary>Keeps tasks for the execution that goes on with the run.</summary>
    [Activity]
    Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input);

    /// <summary>Gives a page of them back; a file that is gone or was changed is refused.</summary>
    [Activity]
    Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input);

    /// <summary>Tells the leases of the repository what a run does; they are started where they are not.</summary>
    [Activity]
    Task TellLeasesAsync(LeaseInput input);

    /// <summary>Those of the given runs that have ended or are gone.</summary>
    [Activity]
    Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds);

    /// <summary>What an execution of this run has left that was reset: asks git, the record and the engine, and makes a staging branch anew
    /// that is gone.</summary>
    [Activity]
    Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input);

    [Activity]
    Task<LandResult> LandAsync(LandInput input);

    /// <summary>What a person has committed on staging.</summary>
    [Activity]
    Task<FixLook> LookAtFixAsync(LookAtFixInput input);

    /// <summary>Whether the gates of the whole run hold on it; then it is where the run goes on from.</summary>
    [Activity]
    Task<FixVerdict> VerifyFixAsync(VerifyFixInput input);

    /// <summary>Keeps what a cancelled run had reached and takes a landing back; says what became of the target, empty where nothing had
    /// landed.</summary>
    [Activity]
    Task<string> AbortAsync(AbortInput input);

    /// <summary>Writes the report and removes what is proven merged; returns the report's path relative to the repository.</summary>
    [Activity]
    Task<string> FinishAsync(FinishInput input);
}

/// <summary>Steps of one task. Each may be done again at any time and then does what is still missing.</summary>
public interface ITaskActivities
{
    [Activity]
    Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input);

    [Activity]
    Task<AgentRunResult> RunAgentAsync(RunAgentInput input);

    [Activity]
    Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input);

    [Activity]
    Task<MergeResult> MergeTaskAsync(MergeTaskInput input);

    [Activity]
    Task ReleaseTaskAsync(ReleaseTaskInput input);
}

/// <summary>What is done about what agents can't go on without. Each may be done again at any time and then does what is still
/// missing.</summary>
public interface IRequestActivities
{
    /// <summary>Looks at it: refuses, grants, or says that a person has to.</summary>
    [Activity]
    Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input);

    /// <summary>Has the planner answer a question, or say why a person must. Done again, it gives the answer that is stored.</summary>
    [Activity]
    Task<QuestionAnswer> AnswerQuestionAsync(AskQuestionInput input);

    /// <summary>Installs packages in a worktree of staging and commits manifest and lock file; staging stays where it is.</summary>
    [Activity]
    Task<InstallResult> InstallAsync(InstallInput input);

    [Activity]
    Task<RequestConclusion> ConcludeRequestAsync(ConcludeRequestInput input);

    /// <summary>The parts of a task become tasks of a plan that is stored beside the one that was approved.</summary>
    [Activity]
    Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input);
}

/// <summary>Steps of merging several tasks at once. Each may be done again at any time and then does what is still missing.</summary>
public interface ITrainActivities
{
    /// <summary>Makes the merges of a batch, one on top of the other; staging stays where it is.</summary>
    [Activity]
    Task<BatchBuilt> BuildBatchAsync(BuildBatchInput input);

    /// <summary>Runs gates on one of them.</summary>
    [Activity]
    Task<BatchGated> GateBatchAsync(GateBatchInput input);

    /// <summary>Moves staging to one of them.</summary>
    [Activity]
    Task<BatchLanded> LandBatchAsync(LandBatchInput input);
}

/// <summary>Steps of planning. Each may be done again at any time and then does what is still missing; no answer is paid for
/// twice.</summary>
public interface IPlanningActivities
{
    [Activity]
    Task<PlanningBegun> BeginPlanningAsync(BeginPlanningInput input);

    [Activity]
    Task<AgentRunResult> AskPlannerAsync(AskPlannerInput input);

    [Activity]
    Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input);

    /// <summary>Asks whether another plan can be made in mid-run, and stores all that it needs.</summary>
    [Activity]
    Task<PlanningBegun> BeginReplanAsync(BeginReplanInput input);

    /// <summary>What another plan came to: its tasks, in a plan that is stored beside the one that was approved.</summary>
    [Activity]
    Task<ReplanConclusion> ConcludeReplanAsync(ConcludeReplanInput input);

    /// <summary>Returns a sentence that says where the plan is.</summary>
    [Activity]
    Task<string> EndPlanningAsync(EndPlanningInput input);
}

/// <summary>Steps of a review. Each may be done again at any time and then does what is still missing; no answer is paid for
/// twice.</summary>
public interface IReviewActivities
{
    [Activity]
    Task<ReviewBegun> BeginReviewAsync(BeginReviewInput input);

    [Activity]
    Task<AgentRunResult> AskReviewerAsync(AskReviewerInput input);

    [Activity]
    Task<AnswerJudgement> JudgeReviewAsync(JudgeReviewInput input);

    /// <summary>Reads all answers of a round; findings become tasks of a plan that is stored beside the one that was approved.</summary>
    [Activity]
    Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input);

    [Activity]
    Task EndReviewAsync(EndReviewInput input);
}
