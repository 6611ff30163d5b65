using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>
/// Checks whether the host that a run is waiting for is present. A host counts as present if the server's records show that its workers
/// poll for or execute the run's activities. File timestamps on the host are not used, because they would prove nothing.
/// </summary>
public static class UnreachableHostDetector
{
    /// <summary>
    /// Time without a sign of life after which a host is considered absent. A worker polls again within 70 seconds, and a running activity
    /// sends heartbeats every few seconds.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    /// <summary>Maximum number of a run's workflows to inspect. This is enough, because all of them wait for the same host.</summary>
    private const int MostWorkflows = 30;

    /// <summary>
    /// Returns the absent host that a run is waiting for. Null if workers there poll for activities or have recently sent heartbeats, or if
    /// no activity is pending.
    /// </summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="run">Status of the run, whose task queue names the host.</param>
    /// <param name="isDead">Returns true if the worker with the given identity is known to be dead.</param>
    /// <param name="now">Current time.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<UnreachableHost?> FindAwayAsync(
        ITemporalClient client,
        RunStatus run,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    )
    {
        if (RunStateNames.IsFinal(run.State) || QueueNames.MachineOf(run.Queue) is not { } machine)
        {
            return null;
        }
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var pollers = await PollersAsync(client, run.Queue, rpc);
        return IsAsking(pollers, isDead, now)
            ? null
            : Judge(machine, run.Host, pollers, await PendingAsync(client, run.RunId, rpc, cancellation), isDead, now);
    }

    /// <summary>Decides whether a host is absent. Does not call the server or read the clock.</summary>
    /// <param name="machine">Identity of the host.</param>
    /// <param name="host">Display name of the host.</param>
    /// <param name="pollers">Workers on the host that have polled for activities, as far as the server remembers them.</param>
    /// <param name="pending">Pending activities of the run.</param>
    /// <param name="isDead">Returns true if the worker with the given identity is known to be dead.</param>
    /// <param name="now">Current time.</param>
    public static UnreachableHost? Judge(
        string machine,
        string host,
        IReadOnlyCollection<PollerInfo> pollers,
        IReadOnlyCollection<PendingActivityInfo> pending,
        Func<string, bool> isDead,
        DateTimeOffset now
    )
    {
        // Activities on other hosts do not wait for this host.
        pending = [.. pending.Where(step => !IsElsewhere(step, machine))];
        var there = pending.Where(activity => activity.LastWorkerIdentity.Length > 0).ToList();
        if (
            pending.Count == 0
            || IsAsking(pollers, isDead, now)
            || now - LastBeat(there.Where(activity => !isDead(activity.LastWorkerIdentity))) <= Silence
        )
        {
            return null;
        }
        var seen = Later(LastAsked(pollers), LastBeat(there));
        var waiting = pending
            .Where(activity => activity.State == PendingActivityState.Scheduled)
            .Min(activity => activity.ScheduledTime?.ToDateTimeOffset());
        return new UnreachableHost(machine, host, waiting ?? seen, seen);
    }

    /// <summary>
    /// Returns the workers that poll a queue for activities. The server remembers a worker for a few minutes after its last poll.
    /// </summary>
    /// <param name="client">Client of the server.</param>
    /// <param name="queue">Name of the task queue.</param>
    /// <param name="rpc">Options of the call, such as its time limit.</param>
    public static async Task<IReadOnlyList<PollerInfo>> PollersAsync(ITemporalClient client, string queue, RpcOptions rpc) =>
        (
            await client.WorkflowService.DescribeTaskQueueAsync(
                new DescribeTaskQueueRequest
                {
                    Namespace = client.Options.Namespace,
                    TaskQueue = new TaskQueue { Name = queue },
                    TaskQueueType = TaskQueueType.Activity,
                },
                rpc
            )
        ).Pollers;

    /// <summary>Returns the pending activities of a run, from at most <see cref="MostWorkflows"/> of its workflows.</summary>
    /// <param name="client">Client of the server.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="rpc">Options of the call, such as its time limit.</param>
    /// <param name="cancellation">Cancels the request.</param>
    internal static async Task<IReadOnlyList<PendingActivityInfo>> PendingAsync(
        ITemporalClient client,
        string runId,
        RpcOptions rpc,
        CancellationToken cancellation
    )
    {
        var pending = new List<PendingActivityInfo>();
        var looked = 0;
        await foreach (var execution in client.ListWorkflowsAsync(RunIds.OpenFamilyQuery(runId)).WithCancellation(cancellation))
        {
            var describe = new DescribeWorkflowExecutionRequest
            {
                Namespace = client.Options.Namespace,
                Execution = new Temporalio.Api.Common.V1.WorkflowExecution { WorkflowId = execution.Id, RunId = execution.RunId },
            };
            pending.AddRange((await client.WorkflowService.DescribeWorkflowExecutionAsync(describe, rpc)).PendingActivities.Where(IsStep));
            if (++looked == MostWorkflows)
            {
                break;
            }
        }
        return pending;
    }

    /// <summary>True if the activity belongs to a task on another host, where it is running, waiting or about to be retried.</summary>
    internal static bool IsElsewhere(PendingActivityInfo step, string machine) => MachineOf(step) is { } other && other != machine;

    /// <summary>Returns the host that the name of the activity's task queue contains, or null if the name contains no host.</summary>
    internal static string? MachineOf(PendingActivityInfo step) =>
        QueueNames.DrainingHostOf(QueueOf(step), out _) ?? QueueNames.MachineOf(QueueOf(step));

    /// <summary>Returns the task queue of an activity. Empty if the server does not report the queue, as in versions before 1.27.</summary>
    internal static string QueueOf(PendingActivityInfo step) => step.ActivityOptions?.TaskQueue?.Name ?? "";

    /// <summary>True unless the activity only holds a slot or waits for one, which does not count as progress.</summary>
    private static bool IsStep(PendingActivityInfo activity) => activity.ActivityType.Name != ActivityNames.HoldPlace;

    /// <summary>Returns the time at which a worker last polled for activities, or null if none has polled.</summary>
    public static DateTimeOffset? LastAsked(IEnumerable<PollerInfo> pollers) =>
        pollers.Max(poller => poller.LastAccessTime?.ToDateTimeOffset());

    private static bool IsAsking(IEnumerable<PollerInfo> pollers, Func<string, bool> isDead, DateTimeOffset now) =>
        now - LastAsked(pollers.Where(poller => !isDead(poller.Identity))) <= Silence;

    private static DateTimeOffset? LastBeat(IEnumerable<PendingActivityInfo> activities) =>
        activities.Max(activity => Later(activity.LastHeartbeatTime?.ToDateTimeOffset(), activity.LastStartedTime?.ToDateTimeOffset()));

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
