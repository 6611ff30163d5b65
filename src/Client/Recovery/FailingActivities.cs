using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Reports repeatedly failing activities to their runs. Activities are retried without limit because most causes of failure are
/// transient. Without the report, a run stuck for an unforeseen reason would appear to work. Each call checks once and remembers its
/// reports. Not thread-safe.</summary>
/// <param name="client">Client of the server that hosts the runs.</param>
/// <param name="time">The clock.</param>
public sealed class FailingActivities(ITemporalClient client, TimeProvider time)
{
    /// <summary>Number of failed attempts after which an activity is reported.</summary>
    public const int Tolerated = 3;

    /// <summary>Time after which a running attempt is considered unaffected by the cause of the previous failure.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    /// <summary>Factor by which the number of attempts must grow before the activity is reported again.</summary>
    private const int Growth = 10;

    /// <summary>The SDK's failure type for an activity whose worker shut down.</summary>
    private const string WorkerShutdown = "WorkerShutdown";

    /// <summary>Maximum number of failing activities per report.</summary>
    private const int Most = 40;
    private readonly ITemporalClient _client = MessageJson.Speaking(client);
    private readonly Dictionary<string, IReadOnlyList<FailingActivity>> _told = new(StringComparer.Ordinal);

    /// <summary>Checks all open runs, and reports their failing activities to each run for which they changed.</summary>
    /// <returns>The new reports and their runs.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string RunId, FailingActivity Failing)>> ReportAsync(CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var found = new Dictionary<string, List<FailingActivity>>(StringComparer.Ordinal);
        var places = new SlotWaitDiagnosis(_client, time, rpc);
        await foreach (var (execution, description) in OpenWorkflows.DescribeAsync(_client, rpc))
        {
            var run =
                execution.WorkflowType == RunClient.WorkflowType
                    ? execution.Id
                    : description.WorkflowExecutionInfo.ParentExecution?.WorkflowId ?? "";
            if (run.Length == 0)
            {
                continue; // A task's workflow that nobody but a person with another tool can have started.
            }
            // The merge queue's workflow belongs to the run rather than to a task.
            var task = run == execution.Id || execution.Id == RunIds.ForTrain(run) ? "" : RunIds.TaskOf(run, execution.Id);
            var failing = description
                .PendingActivities.Where(Fails)
                .Select(a => new FailingActivity(task, a.ActivityType.Name, a.Attempt, PayloadPaging.Brief(a.LastFailure.Message)));
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
        var told = new List<(string, FailingActivity)>();
        foreach (var (run, failing) in found)
        {
            told.AddRange((await TellAsync(run, failing, rpc)).Select(f => (run, f)));
        }
        return told;
    }

    /// <summary>True if the activity keeps failing. The end of a worker does not count as a failure of the activity, and an attempt that
    /// has run for a while counts as healthy.</summary>
    private bool Fails(PendingActivityInfo activity) =>
        activity.Attempt > Tolerated
        && activity.LastFailure is { } last
        && last.ApplicationFailureInfo?.Type
            is not (FailureTypes.WorkerStops or FailureTypes.WorkerDied or FailureTypes.NoPlace or WorkerShutdown)
        // A started attempt holds a slot, although other hosts were not ready before.
        && !(last.ApplicationFailureInfo?.Type == FailureTypes.HostNotReady && activity.State == PendingActivityState.Started)
        && !(
            activity.State == PendingActivityState.Started
            && activity.LastStartedTime is { } started
            && time.GetUtcNow() - started.ToDateTimeOffset() > Settled
        );

    private async Task<IEnumerable<FailingActivity>> TellAsync(string runId, IReadOnlyList<FailingActivity> found, RpcOptions rpc)
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
            // The run closed after the check or has just continued as new, or the tasks belong to a deleted run.
            return [];
        }
    }

    /// <summary>Returns the current failures, sorted. A known failure stays unchanged until its attempts have grown by
    /// <see cref="Growth"/>.</summary>
    private static List<FailingActivity> Renewed(IReadOnlyList<FailingActivity> known, IEnumerable<FailingActivity> found) =>
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
