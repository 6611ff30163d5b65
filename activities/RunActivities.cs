using Orchestrator.Messages;
using Orchestrator.QualityGates;
using Orchestrator.Runs;
using Orchestrator.Runs.Landing;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Preflight;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Resets;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>The steps of a run, as activities: they translate, say that they are alive, and leave the deeds to the classes named.</summary>
public sealed class RunActivities : IRunActivities
{
    private readonly RunServices _services;
    private readonly ITemporalClient _client;
    private readonly PlanLoading _plans;
    private readonly PreflightCheck _preflight;
    private readonly RunLanding _landing;
    private readonly ManualFix _fix;
    private readonly RunEnding _ending;
    private readonly RunLeases _leases;
    private readonly ProgressRecorder _progress = new();

    /// <summary>Puts the steps together.</summary>
    /// <param name="services">What the steps need of this machine.</param>
    /// <param name="client">Client of the server that the worker works for.</param>
    public RunActivities(RunServices services, ITemporalClient client)
    {
        _services = services;
        _client = client;
        _plans = new PlanLoading(services);
        _preflight = new PreflightCheck(services);
        _landing = new RunLanding(services, CallingExecution.AskAsync);
        _fix = new ManualFix(services, CallingExecution.AskAsync);
        _ending = new RunEnding(services);
        _leases = new RunLeases(services, client);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<PlanOutline> LoadPlanAsync(LoadPlanInput input) => Task.FromResult(_plans.Load(input));

    /// <inheritdoc/>
    [Activity]
    public Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input) => Task.FromResult(_plans.ReadTasks(input));

    /// <inheritdoc/>
    [Activity]
    public Task<PreflightResult> PreflightAsync(PreflightInput input) => Heartbeats.WhileAsync(stop => _preflight.CheckAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public async Task RecordProgressAsync(ProgressInput input)
    {
        _progress.Record(
            new RunFolder(input.Repository.Path, input.Run.RunId),
            input,
            ActivityExecutionContext.Current.Info.WorkflowRunId ?? ""
        );

        // What happens meanwhile is recorded at once: each record writes the state of all tasks.
        if (input.Run.State is RunStates.Executing or RunStates.Reviewing)
        {
            await Task.Delay(ProgressRecorder.PauseAfter(input.Run), _services.Time, ActivityExecutionContext.Current.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<TaskReport?> ReadTaskAsync(ReadTaskInput input)
    {
        var handle = _client.GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(input.RunId, input.TaskId));
        try
        {
            // The one who would answer may be this very worker: when it stops, it must not wait for its own answer.
            var untilStopped = new RpcOptions { CancellationToken = ActivityExecutionContext.Current.CancellationToken };
            return await handle.QueryAsync(w => w.Status(), new WorkflowQueryOptions { Rpc = untilStopped });
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException refused) when (refused.Code == RpcException.StatusCode.FailedPrecondition)
        {
            // Somebody ended it before a worker had it: it never knew anything, and no later question is answered either.
            var description = await handle.DescribeAsync();
            if (description.Status != Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
            {
                return null;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    [Activity]
    public Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input) =>
        Task.FromResult(CheckpointFiles.Store(new RunFolder(input.Repository.Path, input.RunId), input.Before, input.Tasks));

    /// <inheritdoc/>
    [Activity]
    public Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input) =>
        Task.FromResult(CheckpointFiles.Read(new RunFolder(input.Repository.Path, input.RunId), input.File, input.Offset));

    /// <inheritdoc/>
    [Activity]
    public Task TellLeasesAsync(LeaseInput input) => _leases.TellAsync(input);

    /// <inheritdoc/>
    [Activity]
    public Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds) => _leases.FindEndedAsync(runIds);

    /// <inheritdoc/>
    [Activity]
    public Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            if (input.PlanHash.Length > 0 && input.Offset == 0)
            {
                await OpenTrain.CloseAsync(_client, input.RunId, _services.Time, stop);
            }
            return await EarlierExecution.FindAsync(input, _services, until => OpenTasks.FindAsync(_client, input.RunId, until), stop);
        });

    /// <inheritdoc/>
    [Activity]
    public Task<LandResult> LandAsync(LandInput input) =>
        Heartbeats.WhileAsync(stop => _landing.LandAsync(input, Asking(ActivityExecutionContext.Current.Info), stop));

    /// <inheritdoc/>
    [Activity]
    public Task<FixLook> LookAtFixAsync(LookAtFixInput input) => Heartbeats.WhileAsync(stop => _fix.LookAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<FixVerdict> VerifyFixAsync(VerifyFixInput input) => Heartbeats.WhileAsync(stop => _fix.VerifyAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<string> AbortAsync(AbortInput input) => Heartbeats.WhileAsync(stop => RunAbort.AbortAsync(input, _services, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<string> FinishAsync(FinishInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            var report = await _ending.FinishAsync(input, stop);
            await WorktreeResourceClaims.Of(_services.Environment).ReleaseThoseThatAreOverAsync(stop);
            return report;
        });

    private static string Asking(ActivityInfo activity) => $"{activity.WorkflowRunId}/{activity.ActivityId}";
}
