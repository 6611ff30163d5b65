using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Activities are retried without limit, because most causes of failure pass. One that fails again and again is reported to its
/// run, which shows it; otherwise a run that is stuck for an unforeseen reason would look like one that works. Checks once per call and
/// remembers what it reported; not safe for several threads.</summary>
/// <param name="client">Client of the server that holds the runs.</param>
/// <param name="time">The clock.</param>
public sealed class FailingActivities(ITemporalClient client, TimeProvider time)
{
    /// <summary>Failed attempts before an activity is reported.</summary>
    public const int Tolerated = 3;

    /// <summary>An attempt that has worked this long does not fail for the same reason as the one before.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    /// <summary>Reported again when the number of attempts has grown by this factor.</summary>
    private const int Growth = 10;

    /// <summary>The SDK's failure type for an activity whose worker shut down.</summary>
    private const string WorkerShutdown = "WorkerShutdown";

    /// <summary>The most failing activities in one report.</summary>
    private const int Most = 40;
    private readonly ITemporalClient _client = MessageJson.Speaking(client);
    private readonly Dictionary<string, IReadOnlyList<FailingActivity>> _told = new(StringComparer.Ordinal);

    /// <summary>Checks all open runs and reports failing activities to runs where they changed.</summary>
    /// <returns>New reports, with the run.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string RunId, FailingActivity Failing)>> ReportAsync(CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var found = new Dictionary<string, List<FailingActivity>>(StringComparer.Ordinal);
        var places = new PlaceWaits(_client, time, rpc);
        await foreach (var (execution, description) in OpenWork.DescribeAsync(_client, rpc))
        {
            var run =
                execution.WorkflowType == RunClient.WorkflowType
                    ? execution.Id
                    : description.WorkflowExecutionInfo.ParentExecution?.WorkflowId ?? "";
            if (run.Length == 0)
            {
                continue; // A task's workflow that nobody but a person with another tool can have started.
            }
            // The merge train belongs to the run.
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

    /// <summary>A worker that stopped or died is no failure of the activity, and an attempt that has worked for a while does not
    /// count.</summary>
    private bool Fails(PendingActivityInfo activity) =>
        activity.Attempt > Tolerated
        && activity.LastFailure is { } last
        && last.ApplicationFailureInfo?.Type
            is not (FailureTypes.WorkerStops or FailureTypes.WorkerDied or FailureTypes.NoPlace or WorkerShutdown)
        // A place that is held now was refused by other hosts.
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
            // It closed after the check, has just continued as new, or these are tasks of a deleted run.
            return [];
        }
    }

    /// <summary>Sorted current failures; reported again only when attempts grew by the factor.</summary>
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
