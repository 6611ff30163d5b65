using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>
/// Determines why tasks are waiting for a slot on a worker host. Either no connected host offers slots, or all slots are taken. The
/// diagnosis is based on the workers that poll for tasks that need a slot, and on the slots in use. Cases that remain unclear are not
/// reported.
/// </summary>
/// <param name="client">Client of the server that hosts the runs.</param>
/// <param name="time">Clock.</param>
/// <param name="rpc">Options of the calls, such as their time limit.</param>
internal sealed class SlotWaitDiagnosis(ITemporalClient client, TimeProvider time, RpcOptions rpc)
{
    /// <summary>Time within which a polling host with a free slot would accept a waiting task.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<(string Run, string Task, PendingActivityInfo Place)> _waiting = [];

    /// <summary>Task queues, each with a host on which a task from that queue currently holds a slot.</summary>
    private readonly List<(string Queue, string Host)> _given = [];

    /// <summary>Adds to the diagnosis the pending activities of one workflow of a run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="steps">Pending activities of the workflow.</param>
    /// <param name="isTold">Returns true if the activity is already reported for another reason.</param>
    public void Add(string run, string task, IEnumerable<PendingActivityInfo> steps, Func<PendingActivityInfo, bool> isTold)
    {
        foreach (
            var place in steps.Where(step =>
                step.ActivityType.Name == ActivityNames.HoldPlace && UnreachableHostDetector.QueueOf(step).Length > 0
            )
        )
        {
            if (place.State != PendingActivityState.Scheduled)
            {
                _given.Add((UnreachableHostDetector.QueueOf(place), place.LastWorkerIdentity));
            }
            else if (!isTold(place))
            {
                _waiting.Add((run, task, place));
            }
        }
    }

    /// <summary>Returns each wait for a slot together with its cause, if the cause could be determined.</summary>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string Run, FailingActivityStatus Waits)>> JudgeAsync()
    {
        var known = new List<(string, FailingActivityStatus)>();
        var full = _given.Select(given => given.Host).ToHashSet(StringComparer.Ordinal);
        foreach (var queue in _waiting.GroupBy(waiting => UnreachableHostDetector.QueueOf(waiting.Place), StringComparer.Ordinal))
        {
            var asking = (await UnreachableHostDetector.PollersAsync(client, queue.Key, rpc)).Select(poller => poller.Identity);
            // A host whose slots are all used by tasks of this queue does not poll it.
            var hosts = asking.Concat(_given.Where(given => given.Queue == queue.Key).Select(given => given.Host)).ToHashSet();
            known.AddRange(
                from waiting in queue
                where hosts.Count == 0 || (hosts.IsSubsetOf(full) && HasWaited(waiting.Place))
                select (waiting.Run, DescribeWait(waiting.Task, waiting.Place.Attempt, hosts.Count))
            );
        }
        return known;
    }

    private static FailingActivityStatus DescribeWait(string task, int attempt, int hosts) =>
        new(task, ActivityNames.HoldPlace, attempt, "") { Hosts = hosts };

    private bool HasWaited(PendingActivityInfo place) =>
        place.LastFailure?.ApplicationFailureInfo?.Type switch
        {
            FailureTypes.NoPlace => true,
            FailureTypes.HostNotReady => false,
            _ => time.GetUtcNow() - place.ScheduledTime?.ToDateTimeOffset() >= Patience,
        };
}
