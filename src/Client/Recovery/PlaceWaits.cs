using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Why tasks wait for a place on a host: none that is connected offers such ones, or all are taken. Known are the workers that
/// ask for tasks that need a place, and those that have one. What neither says for sure is not said.</summary>
/// <param name="client">Client of the server that holds the runs.</param>
/// <param name="time">The clock.</param>
/// <param name="rpc">RPC options.</param>
internal sealed class PlaceWaits(ITemporalClient client, TimeProvider time, RpcOptions rpc)
{
    /// <summary>A host that has a free place and asks for tasks has taken one by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<(string Run, string Task, PendingActivityInfo Place)> _waiting = [];

    /// <summary>Queues with the hosts that have given a place to a task of that queue.</summary>
    private readonly List<(string Queue, string Host)> _given = [];

    /// <summary>Takes the steps of a workflow of a run.</summary>
    /// <param name="isTold">Says of a step that it is told of otherwise.</param>
    public void Add(string run, string task, IEnumerable<PendingActivityInfo> steps, Func<PendingActivityInfo, bool> isTold)
    {
        foreach (
            var place in steps.Where(step => step.ActivityType.Name == ActivityNames.HoldPlace && MachinePresence.QueueOf(step).Length > 0)
        )
        {
            if (place.State != PendingActivityState.Scheduled)
            {
                _given.Add((MachinePresence.QueueOf(place), place.LastWorkerIdentity));
            }
            else if (!isTold(place))
            {
                _waiting.Add((run, task, place));
            }
        }
    }

    /// <summary>The waits of which it is known.</summary>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string Run, FailingActivity Waits)>> JudgeAsync()
    {
        var known = new List<(string, FailingActivity)>();
        var full = _given.Select(given => given.Host).ToHashSet(StringComparer.Ordinal);
        foreach (var queue in _waiting.GroupBy(waiting => MachinePresence.QueueOf(waiting.Place), StringComparer.Ordinal))
        {
            var asking = (await MachinePresence.PollersAsync(client, queue.Key, rpc)).Select(poller => poller.Identity);
            // One whose places are all taken by tasks of the queue asks for none.
            var hosts = asking.Concat(_given.Where(given => given.Queue == queue.Key).Select(given => given.Host)).ToHashSet();
            known.AddRange(
                from waiting in queue
                where hosts.Count == 0 || (hosts.IsSubsetOf(full) && HasWaited(waiting.Place))
                select (waiting.Run, Told(waiting.Task, waiting.Place.Attempt, hosts.Count))
            );
        }
        return known;
    }

    private static FailingActivity Told(string task, int attempt, int hosts) =>
        new(task, ActivityNames.HoldPlace, attempt, "") { Hosts = hosts };

    private bool HasWaited(PendingActivityInfo place) =>
        place.LastFailure?.ApplicationFailureInfo?.Type switch
        {
            FailureTypes.NoPlace => true,
            FailureTypes.HostNotReady => false,
            _ => time.GetUtcNow() - place.ScheduledTime?.ToDateTimeOffset() >= Patience,
        };
}
