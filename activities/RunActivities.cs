using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Merging.Resets;
using Orchestrator.Runs.Reports;
using Temporalio.Activities;
using Temporalio.Client;

namespace Orchestrator.Activities;

/// <summary>
/// Implements the activities of a run as a whole. They convert arguments and results, send heartbeats, and delegate the work to library
/// classes. The interface documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="client">Client of the server that the worker polls.</param>
/// <param name="recorder">Writes the records of the repository's runs.</param>
/// <param name="readAlong">Starts to query and record the transitions of the run with the given id.</param>
public sealed class RunActivities(RunServiceBundle services, ITemporalClient client, ProgressRecorder recorder, Action<string> readAlong)
    : IRunActivities
{
    private readonly PlanLoader _plans = new(services);
    private readonly PreflightChecker _preflight = new(services);
    private readonly RunLandingExecutor _landing = new(services, CallingWorkflowExecution.AskAsync);
    private readonly ManualFixAcceptance _fix = new(services, CallingWorkflowExecution.AskAsync);
    private readonly RunFinisher _ending = new(services);
    private readonly RunLeaseClient _leases = new(services, client);

    [Activity]
    public async Task<PlanOutline> LoadPlanAsync(LoadPlanInput input) =>
        await _plans.LoadAsync(input) with
        {
            ListsState = await IsKnownAsync(RunSearchAttributes.StateName),
            ListsRepository = await IsKnownAsync(RunSearchAttributes.RepositoryName),
            ListsAttention = await IsKnownAsync(RunSearchAttributes.NeedsAttentionName),
            ListsCost = await IsKnownAsync(RunSearchAttributes.CostName),
        };

    private Task<bool> IsKnownAsync(string attribute) => SearchAttributeProbe.HasAsync(client, attribute, WorkerActivityCanceler.Token);

    [Activity]
    public Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input) => Task.FromResult(_plans.ReadTasks(input));

    [Activity]
    public Task<PreflightResult> PreflightAsync(PreflightInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _preflight.CheckAsync(input, stop));

    [Activity]
    public async Task<RecordProgressReply?> RecordProgressAsync(RecordProgressInput input)
    {
        var context = ActivityExecutionContext.Current;
        await recorder.RecordAsync(input, context.Info.WorkflowRunId ?? "", services.Time, WorkerActivityCanceler.Token);
        readAlong(input.Run.RunId);
        return new RecordProgressReply(ReadsAlong: true);
    }

    [Activity]
    public Task<TaskReport?> ReadTaskAsync(ReadTaskInput input) => TaskReportQueries.ReadAsync(client, input, WorkerActivityCanceler.Token);

    [Activity]
    public Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input) =>
        Task.FromResult(TaskCheckpointStore.Store(new RunFolder(input.Repository.Path, input.RunId), input.Before, input.Tasks));

    [Activity]
    public Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input) =>
        Task.FromResult(TaskCheckpointStore.Read(new RunFolder(input.Repository.Path, input.RunId), input.File, input.Offset));

    [Activity]
    public Task TellLeasesAsync(SendLeaseSignalInput input) => _leases.SendUpdateAsync(input);

    [Activity]
    public Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds) => _leases.FindEndedAsync(runIds);

    [Activity]
    public Task<EarlierWorkSearchResultPage> FindEarlierWorkAsync(FindEarlierWorkInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            if (input.PlanHash.Length > 0 && input.Offset == 0)
            {
                await StaleMergeQueueCloser.CloseAsync(client, input.RunId, services.Time, stop);
            }
            return await EarlierExecutionFinder.FindAsync(
                input,
                services,
                until => TaskReportQueries.FindAsync(client, input.RunId, until),
                stop
            );
        });

    [Activity]
    public Task<LandResult> LandAsync(LandInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop =>
            _landing.LandAsync(input, Asking(ActivityExecutionContext.Current.Info), stop)
        );

    [Activity]
    public Task<ManualFixCommits> LookAtFixAsync(FindManualFixInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _fix.FindCommitsAsync(input, stop));

    [Activity]
    public Task<ManualFixVerdict> VerifyFixAsync(VerifyFixInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _fix.VerifyAsync(input, stop));

    [Activity]
    public Task<string> AbortAsync(RetainRunWorkInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => AbortedRunWorkKeeper.AbortAsync(input, services, stop));

    [Activity]
    public Task<string> FinishAsync(FinishRunInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _ending.FinishAsync(input, stop));

    private static string Asking(ActivityInfo activity) => $"{activity.WorkflowRunId}/{activity.ActivityId}";
}
