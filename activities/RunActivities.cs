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
/// Implements the activities of a run as a whole. They translate, send heartbeats and delegate the work to library classes. The interface
/// documents each activity.
/// </summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="client">Client of the server that the worker polls.</param>
/// <param name="recorder">Writes the records of the repository's runs.</param>
/// <param name="readAlong">Starts to query and record the transitions of the run with the given id.</param>
public sealed class RunActivities(RunServices services, ITemporalClient client, ProgressRecorder recorder, Action<string> readAlong)
    : IRunActivities
{
    private readonly PlanLoading _plans = new(services);
    private readonly PreflightCheck _preflight = new(services);
    private readonly RunLanding _landing = new(services, CallingExecution.AskAsync);
    private readonly ManualFix _fix = new(services, CallingExecution.AskAsync);
    private readonly RunEnding _ending = new(services);
    private readonly RunLeases _leases = new(services, client);

    [Activity]
    public async Task<PlanOutline> LoadPlanAsync(LoadPlanInput input) =>
        await _plans.LoadAsync(input) with
        {
            ListsState = await IsKnownAsync(RunAttributes.StateName),
            ListsRepository = await IsKnownAsync(RunAttributes.RepositoryName),
            ListsAttention = await IsKnownAsync(RunAttributes.NeedsAttentionName),
            ListsCost = await IsKnownAsync(RunAttributes.CostName),
        };

    private Task<bool> IsKnownAsync(string attribute) => SearchAttributeProbe.HasAsync(client, attribute, ActivityStop.Token);

    [Activity]
    public Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input) => Task.FromResult(_plans.ReadTasks(input));

    [Activity]
    public Task<PreflightResult> PreflightAsync(PreflightInput input) => Heartbeats.WhileAsync(stop => _preflight.CheckAsync(input, stop));

    [Activity]
    public async Task<ProgressRecorded?> RecordProgressAsync(ProgressInput input)
    {
        var context = ActivityExecutionContext.Current;
        await recorder.RecordAsync(input, context.Info.WorkflowRunId ?? "", services.Time, ActivityStop.Token);
        readAlong(input.Run.RunId);
        return new ProgressRecorded(ReadsAlong: true);
    }

    [Activity]
    public Task<TaskReport?> ReadTaskAsync(ReadTaskInput input) => OpenTasks.ReadAsync(client, input, ActivityStop.Token);

    [Activity]
    public Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input) =>
        Task.FromResult(CheckpointFiles.Store(new RunFolder(input.Repository.Path, input.RunId), input.Before, input.Tasks));

    [Activity]
    public Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input) =>
        Task.FromResult(CheckpointFiles.Read(new RunFolder(input.Repository.Path, input.RunId), input.File, input.Offset));

    [Activity]
    public Task TellLeasesAsync(LeaseInput input) => _leases.TellAsync(input);

    [Activity]
    public Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds) => _leases.FindEndedAsync(runIds);

    [Activity]
    public Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            if (input.PlanHash.Length > 0 && input.Offset == 0)
            {
                await OpenMergeQueue.CloseAsync(client, input.RunId, services.Time, stop);
            }
            return await EarlierExecution.FindAsync(input, services, until => OpenTasks.FindAsync(client, input.RunId, until), stop);
        });

    [Activity]
    public Task<LandResult> LandAsync(LandInput input) =>
        Heartbeats.WhileAsync(stop => _landing.LandAsync(input, Asking(ActivityExecutionContext.Current.Info), stop));

    [Activity]
    public Task<ManualFixCommits> LookAtFixAsync(FindManualFixInput input) => Heartbeats.WhileAsync(stop => _fix.LookAsync(input, stop));

    [Activity]
    public Task<ManualFixVerdict> VerifyFixAsync(VerifyFixInput input) => Heartbeats.WhileAsync(stop => _fix.VerifyAsync(input, stop));

    [Activity]
    public Task<string> AbortAsync(AbortInput input) => Heartbeats.WhileAsync(stop => RunAbort.AbortAsync(input, services, stop));

    [Activity]
    public Task<string> FinishAsync(FinishInput input) => Heartbeats.WhileAsync(stop => _ending.FinishAsync(input, stop));

    private static string Asking(ActivityInfo activity) => $"{activity.WorkflowRunId}/{activity.ActivityId}";
}
