using System.Runtime.CompilerServices;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Common;

namespace Orchestrator.Client;

/// <summary>Starts and finds runs on any Temporal server. All code that starts or finds runs uses this type.</summary>
public sealed class RunClient(ITemporalClient client)
{
    private readonly ITemporalClient _client = PayloadJsonOptions.Speaking(client);

    /// <summary>Workflow type of runs, as used in visibility queries.</summary>
    public const string WorkflowType = "OrchestrationWorkflow";

    /// <summary>Visibility query for open runs.</summary>
    internal const string OpenRuns = $"ExecutionStatus = 'Running' AND WorkflowType = '{WorkflowType}'";

    /// <summary>
    /// Starts a run. If the server already has an open or ended run with this id, returns that run. A caller that derives the id from its
    /// request can therefore repeat the call until the namespace's retention period ends.
    /// </summary>
    /// <param name="input">Input of the run, which the run itself validates.</param>
    /// <param name="runId">Id of the run, which is also its workflow id. At most 1,000 bytes.</param>
    /// <param name="cancellation">Stops waiting for the server. The run may still have been started.</param>
    /// <exception cref="RpcException">The server can't be reached, or it rejects the start.</exception>
    public async Task<RunHandle> StartAsync(OrchestrationInput input, string runId, CancellationToken cancellation = default)
    {
        var options = new WorkflowOptions(runId, QueueNames.Workflows)
        {
            IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate,
            StaticSummary = TemporalUiTextTruncator.Summary(input.Subject),
            StaticDetails = RunWorkflowDetailsFormatter.Of(input, runId),
            Memo = RunWorkflowDetailsFormatter.Memo(input, _client.Connection.Options.Identity),
            Priority = new Priority(fairnessKey: RunIds.FairnessKey(runId)),
            Rpc = new RpcOptions { CancellationToken = cancellation },
        };
        try
        {
            // The checkpoint is left out, because tools would show it as a null beside the input.
            await _client.StartWorkflowAsync(WorkflowType, [input], options);
        }
        catch (WorkflowAlreadyStartedException)
        {
            // The run has ended. If it were open, no conflict would be reported.
        }
        return Get(runId);
    }

    /// <summary>Returns a handle to a run. Does not call the server.</summary>
    public RunHandle Get(string runId) => new(_client, runId);

    /// <summary>
    /// True if a worker that is not known to be dead is polling the task queue for run workflows. The server may still list a worker that
    /// stopped a few minutes ago.
    /// </summary>
    /// <param name="isDead">Returns true if the worker with the given identity is known to be dead.</param>
    /// <param name="cancellation">Cancels the request.</param>
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

    /// <summary>
    /// Returns the time at which a live worker last polled a queue for activities. Null if none has polled within
    /// <see cref="UnreachableHostDetector.Silence"/>.
    /// </summary>
    /// <param name="queue">Task queue of a repository on one host.</param>
    /// <param name="isDead">Returns true if the worker with the given identity is known to be dead.</param>
    /// <param name="now">Current time.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<DateTimeOffset?> FindLastAskedAsync(
        string queue,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    )
    {
        var pollers = await UnreachableHostDetector.PollersAsync(
            _client,
            queue,
            new RpcOptions { Retry = true, CancellationToken = cancellation }
        );
        var seen = UnreachableHostDetector.LastAsked(pollers.Where(poller => !isDead(poller.Identity)));
        return now - seen <= UnreachableHostDetector.Silence ? seen : null;
    }

    /// <summary>
    /// Returns the identity of a worker that polls a queue for activities and meets a condition, or null if there is none.
    /// </summary>
    /// <param name="queue">Task queue of a repository on one host.</param>
    /// <param name="isMeant">Condition on a worker's identity and on the time at which it last polled.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<string?> FindWorkerAsync(
        string queue,
        Func<string, DateTimeOffset, bool> isMeant,
        CancellationToken cancellation = default
    ) =>
        (await UnreachableHostDetector.PollersAsync(_client, queue, new RpcOptions { Retry = true, CancellationToken = cancellation }))
            .FirstOrDefault(poller => isMeant(poller.Identity, poller.LastAccessTime.ToDateTimeOffset()))
            ?.Identity;

    /// <summary>Lists the ids of open runs, most recent first.</summary>
    public async IAsyncEnumerable<string> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = $"WorkflowType = '{WorkflowType}' AND ExecutionStatus = 'Running'";
        await foreach (var execution in _client.ListWorkflowsAsync(open).WithCancellation(cancellation))
        {
            yield return execution.Id;
        }
    }
}
