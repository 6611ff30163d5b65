using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Checks whether a machine is there that a run waits for: by what the server knows of workers that ask for its steps, and of
/// those that work on one. A file's age says nothing of that.</summary>
public static class MachinePresence
{
    /// <summary>A worker asks again within 70 seconds, and one that works on a step says so every few seconds.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    /// <summary>The most workflows of a run that are looked at: what one of them waits for, all do.</summary>
    private const int MostWorkflows = 30;

    /// <summary>The machine that a run waits for; null: a worker there asks for its steps, or no step waits.</summary>
    /// <param name="client">Client of the server that holds the run.</param>
    /// <param name="run">The run; its queue names the machine.</param>
    /// <param name="isDead">True for the identity of a worker that has certainly gone.</param>
    /// <param name="now">The present time.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<MachineAway?> FindAwayAsync(
        ITemporalClient client,
        RunStatus run,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    )
    {
        if (RunStates.IsFinal(run.State) || QueueNames.MachineOf(run.Queue) is not { } machine)
        {
            return null;
        }
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var pollers = await PollersAsync(client, run.Queue, rpc);
        return IsAsking(pollers, isDead, now)
            ? null
            : Judge(machine, run.Host, pollers, await PendingAsync(client, run.RunId, rpc, cancellation), isDead, now);
    }

    /// <summary>Checks whether a machine counts as away. No server, no clock.</summary>
    /// <param name="machine">Its identity.</param>
    /// <param name="host">Its name for people.</param>
    /// <param name="pollers">Workers there that ask for steps, as far as the server remembers them.</param>
    /// <param name="pending">Steps of the run that wait or are under way.</param>
    /// <param name="isDead">True for the identity of a worker that has certainly gone.</param>
    /// <param name="now">The present time.</param>
    public static MachineAway? Judge(
        string machine,
        string host,
        IReadOnlyCollection<PollerInfo> pollers,
        IReadOnlyCollection<PendingActivityInfo> pending,
        Func<string, bool> isDead,
        DateTimeOffset now
    )
    {
        // What is done on other hosts waits for no machine.
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
        return new MachineAway(machine, host, waiting ?? seen, seen);
    }

    /// <summary>Workers that ask for the steps of a queue, as far as the server remembers them: some minutes.</summary>
    /// <param name="client">Client of the server.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="rpc">RPC options.</param>
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

    /// <summary>Steps of a run that wait or are under way, of at most 30 of its workflows.</summary>
    /// <param name="client">Client of the server.</param>
    /// <param name="runId">The run.</param>
    /// <param name="rpc">RPC options.</param>
    /// <param name="cancellation">Gives up.</param>
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

    /// <summary>The step is one of a task that is placed on another machine: it is in hand there, waits there, or is tried there
    /// again.</summary>
    internal static bool IsElsewhere(PendingActivityInfo step, string machine) => MachineOf(step) is { } other && other != machine;

    /// <summary>The machine in the name of the step's queue, or null if the queue names none.</summary>
    internal static string? MachineOf(PendingActivityInfo step) =>
        QueueNames.GivenAwayBy(QueueOf(step), out _) ?? QueueNames.MachineOf(QueueOf(step));

    /// <summary>The queue of a step; empty: the server does not say it, as one before 1.27.</summary>
    internal static string QueueOf(PendingActivityInfo step) => step.ActivityOptions?.TaskQueue?.Name ?? "";

    /// <summary>A place that a host holds, or that a task waits for, moves nothing.</summary>
    private static bool IsStep(PendingActivityInfo activity) => activity.ActivityType.Name != ActivityNames.HoldPlace;

    /// <summary>When a worker asked for steps last; null: none has.</summary>
    public static DateTimeOffset? LastAsked(IEnumerable<PollerInfo> pollers) =>
        pollers.Max(poller => poller.LastAccessTime?.ToDateTimeOffset());

    private static bool IsAsking(IEnumerable<PollerInfo> pollers, Func<string, bool> isDead, DateTimeOffset now) =>
        now - LastAsked(pollers.Where(poller => !isDead(poller.Identity))) <= Silence;

    private static DateTimeOffset? LastBeat(IEnumerable<PendingActivityInfo> activities) =>
        activities.Max(activity => Later(activity.LastHeartbeatTime?.ToDateTimeOffset(), activity.LastStartedTime?.ToDateTimeOffset()));

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
