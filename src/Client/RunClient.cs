using System.Runtime.CompilerServices;
using Temporalio.Api.TaskQueue.V1;

namespace Orchestrator.Client;

/// <summary>The one way to start and find runs, on whatever Temporal the client is connected to.</summary>
public sealed class RunClient(ITemporalClient client)
{
    private readonly ITemporalClient _client = MessageJson.Speaking(client);

    /// <summary>Workflow type of runs, as in visibility queries.</summary>
    public const string WorkflowType = "OrchestrationWorkflow";

    /// <summary>Visibility query for open runs.</summary>
    internal const string OpenRuns = $"ExecutionStatus = 'Running' AND WorkflowType = '{WorkflowType}'";

    /// <summary>Starts a run. If a run of this id is open, returns it: starting twice is harmless.</summary>
    /// <param name="input">The input; the run itself validates it.</param>
    /// <param name="runId">Id of the run; see <see cref="RunIds.Create"/>.</param>
    /// <param name="cancellation">Gives up waiting for the server; the run may have been started all the same.</param>
    public async Task<RunHandle> StartAsync(OrchestrationInput input, string runId, CancellationToken cancellation = default)
    {
        await _client.StartWorkflowAsync(
            WorkflowType,
            // Without the checkpoint, which would be shown as a null beside the input.
            [input],
            new WorkflowOptions(runId, QueueNames.Workflows)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate,
                StaticSummary = DisplayText.Summary(input.Subject),
                StaticDetails = StartDetails.Of(input, runId),
                Memo = StartDetails.Memo(input, _client.Connection.Options.Identity),
                Rpc = new RpcOptions { CancellationToken = cancellation },
            }
        );
        return Get(runId);
    }

    /// <summary>A handle on a run; makes no call.</summary>
    public RunHandle Get(string runId) => new(_client, runId);

    /// <summary>True if a worker polls the task queue of runs. The server may still count one that ended a few minutes ago.</summary>
    /// <param name="isDead">True for the identity of a worker that has certainly gone.</param>
    public async Task<bool> HasWorkersAsync(Func<string, bool> isDead, CancellationToken cancellation = default)
    {
        var request = new DescribeTaskQueueRequest
        {
            Namespace = _client.Options.Namespace,
            TaskQueue = new TaskQueue { Name = QueueNames.Workflows },
            TaskQueueType = TaskQueueType.Workflow,
        };
        var queue = await _client.WorkflowService.DescribeTaskQueueAsync(
            request,
            new RpcOptions { Retry = true, CancellationToken = cancellation }
        );
        return queue.Pollers.Any(poller => !isDead(poller.Identity));
    }

    /// <summary>When a living worker asked for the steps of a queue last; null: none has within the time after which one counts as
    /// gone.</summary>
    /// <param name="queue">The queue of a repository on a machine.</param>
    /// <param name="isDead">True for the identity of a worker that has certainly gone.</param>
    /// <param name="now">The present time.</param>
    public async Task<DateTimeOffset?> FindLastAskedAsync(
        string queue,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    )
    {
        var pollers = await MachinePresence.PollersAsync(_client, queue, new RpcOptions { Retry = true, CancellationToken = cancellation });
        var seen = MachinePresence.LastAsked(pollers.Where(poller => !isDead(poller.Identity)));
        return now - seen <= MachinePresence.Silence ? seen : null;
    }

    /// <summary>Identity of a worker that asks for the steps of a queue; null: there is no such one.</summary>
    /// <param name="queue">The queue of a repository on a machine.</param>
    /// <param name="isMeant">Says of an identity, and of the time when that worker asked last, whether it is meant.</param>
    public async Task<string?> FindWorkerAsync(
        string queue,
        Func<string, DateTimeOffset, bool> isMeant,
        CancellationToken cancellation = default
    ) =>
        (await MachinePresence.PollersAsync(_client, queue, new RpcOptions { Retry = true, CancellationToken = cancellation }))
            .FirstOrDefault(poller => isMeant(poller.Identity, poller.LastAccessTime.ToDateTimeOffset()))
            ?.Identity;

    /// <summary>Ids of the runs that have not ended, latest first.</summary>
    public async IAsyncEnumerable<string> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = $"WorkflowType = '{WorkflowType}' AND ExecutionStatus = 'Running'";
        await foreach (var execution in _client.ListWorkflowsAsync(open).WithCancellation(cancellation))
        {
            yield return execution.Id;
        }
    }
}
