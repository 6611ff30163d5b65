using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>
/// Notifies runs about their repeatedly failing activities. Activities are retried without limit, so a run that is stuck for an unforeseen
/// reason would otherwise seem to be working. Remembers which failures it has reported. Not thread-safe.
/// </summary>
/// <param name="client">Client of the server that hosts the runs.</param>
/// <param name="time">Clock.</param>
public sealed class FailingActivities(ITemporalClient client, TimeProvider time)
{
    /// <summary>Number of failed attempts after which an activity is reported.</summary>
    public const int Tolerated = 3;

    /// <summary>
    /// Time that the current attempt must have been running before the activity counts as healthy again despite its previous failure.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    /// <summary>Factor by which the number of attempts must grow before the activity is reported again.</summary>
    private const int Growth = 10;

    /// <summary>Failure type that the SDK uses if an activity's worker shuts down.</summary>
    private const string WorkerShutdown = "WorkerShutdown";

    /// <summary>Maximum number of failing activities in a report.</summary>
    private const int Most = 40;
    private readonly ITemporalClient _client = PayloadJsonOptions.Speaking(client);
    private readonly Dictionary<string, IReadOnlyList<FailingActivityStatus>> _told = new(StringComparer.Ordinal);

    /// <summary>Checks all open runs. If the failing activities of a run have changed, reports them to the run.</summary>
    /// <returns>The new reports, each with its run.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string RunId, FailingActivityStatus Failing)>> ReportAsync(CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var found = new Dictionary<string, List<FailingActivityStatus>>(StringComparer.Ordinal);
        var places = new SlotWaitDiagnosis(_client, time, rpc);
        await foreach (var (execution, description) in OpenWorkflows.DescribeAsync(_client, rpc))
        {
            var run =
                execution.WorkflowType == RunClient.WorkflowType
                    ? execution.Id
                    : description.WorkflowExecutionInfo.ParentExecution?.WorkflowId ?? "";
            if (run.Length == 0)
            {
                continue; // A workflow with a task's id but without a run can only have been started by a user with another tool.
            }
            // The workflow of the merge queue belongs to the run and not to a task.
            var task = run == execution.Id || execution.Id == RunIds.ForTrain(run) ? "" : RunIds.TaskOf(run, execution.Id);
            var failing = description
                .PendingActivities.Where(Fails)
                .Select(a => new FailingActivityStatus(
                    task,
                    a.ActivityType.Name,
                    a.Attempt,
                    PayloadSizeLimiter.Shorten(a.LastFailure.Message)
                ));
            if (!found.TryGetValue(run, out var all))
            {
                found[run] = all = [];
            }
            all.AddRange(failing);
            places.Add(run, task, description.PendingActivities, Fails);
        }
        foreach (var (run, waits) in await places.JudgeAsync())
        {
            found[run].Add(waits);
        }
        var told = new List<(string, FailingActivityStatus)>();
        foreach (var (run, failing) in found)
        {
            told.AddRange((await ReportFailingAsync(run, failing, rpc)).Select(f => (run, f)));
        }
        return told;
    }

    /// <summary>
    /// True if an activity keeps failing. A worker shutdown does not count as a failure, and an attempt that has been running for some time
    /// counts as healthy.
    /// </summary>
    private bool Fails(PendingActivityInfo activity) =>
        activity.Attempt > Tolerated
        && activity.LastFailure is { } last
        && last.ApplicationFailureInfo?.Type
            is not (FailureTypes.WorkerStops or FailureTypes.WorkerDied or FailureTypes.NoPlace or WorkerShutdown)
        // A started attempt has a slot, even if other hosts refused the task before.
        && !(last.ApplicationFailureInfo?.Type == FailureTypes.HostNotReady && activity.State == PendingActivityState.Started)
        && !(
            activity.State == PendingActivityState.Started
            && activity.LastStartedTime is { } started
            && time.GetUtcNow() - started.ToDateTimeOffset() > Settled
        );

    private async Task<IEnumerable<FailingActivityStatus>> ReportFailingAsync(
        string runId,
        IReadOnlyList<FailingActivityStatus> found,
        RpcOptions rpc
    )
    {
        var run = _client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(runId);
        try
        {
            if (!_told.TryGetValue(runId, out var known))
            {
                _told[runId] = known = (await run.QueryAsync(w => w.Status(0, 1), new WorkflowQueryOptions { Rpc = rpc })).Failing;
            }
            var failing = Renewed(known, found);
            if (known.SequenceEqual(failing))
            {
                return [];
            }
            await run.SignalAsync(w => w.ActivitiesFailingAsync(failing), new WorkflowSignalOptions { Rpc = rpc });
            _told[runId] = failing;
            return failing.Except(known);
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition)
        {
            // The run closed after the check, has just continued as new, or was deleted.
            return [];
        }
    }

    /// <summary>
    /// Returns the current failures in sorted order. A failure that was already reported keeps its reported values until its number of
    /// attempts has grown by the factor <see cref="Growth"/>.
    /// </summary>
    private static List<FailingActivityStatus> Renewed(
        IReadOnlyList<FailingActivityStatus> known,
        IEnumerable<FailingActivityStatus> found
    ) =>
        [
            .. found
                .Select(f =>
                    known.FirstOrDefault(k =>
                        (k.Task, k.Activity, k.Hosts) == (f.Task, f.Activity, f.Hosts) && f.Attempt < k.Attempt * Growth
                    ) ?? f
                )
                .OrderBy(f => f.Task, StringComparer.Ordinal)
                .ThenBy(f => f.Activity, StringComparer.Ordinal)
                .Take(Most),
        ];
}
