namespace Orchestrator.Client;

/// <summary>
/// Ends the open tasks of runs that have ended, for example because another client terminated the run. Tasks survive continue-as-new of
/// their run and therefore do not end with its execution. Every process with a worker makes these checks. Not thread-safe.
/// </summary>
/// <param name="client">Client of the server that hosts the runs.</param>
public sealed class OrphanedTasks(ITemporalClient client)
{
    /// <summary>
    /// Number of checks after which all open tasks are listed again. Such a listing also finds tasks of runs that started and ended between
    /// two checks.
    /// </summary>
    private const int WholeLookEvery = 15;
    private readonly ITemporalClient _client = PayloadJsonOptions.Speaking(client);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private HashSet<string> _open = new(StringComparer.Ordinal);
    private HashSet<string> _ending = new(StringComparer.Ordinal);
    private int _looks;

    /// <summary>Checks once for ended runs, and notifies their tasks that are still open.</summary>
    /// <returns>Runs that have ended since the last check or still have open tasks. The execution is null if the server no longer knows the
    /// run.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string RunId, RunWorkflowExecutionStatus? Execution)>> CheckAsync(
        CancellationToken cancellation = default
    )
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        var open = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var run in _client.ListWorkflowsAsync(RunClient.OpenRuns).WithCancellation(cancellation))
        {
            open.Add(run.Id);
        }
        var suspects = _open.Except(open).Concat(_ending).ToHashSet(StringComparer.Ordinal);
        if (_looks++ % WholeLookEvery == 0)
        {
            suspects.UnionWith(await FindParentsAsync(open, cancellation));
        }
        var ended = new List<(string, RunWorkflowExecutionStatus?)>();
        var ending = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in suspects)
        {
            // Visibility lists may lag behind. A run that is reset or continues as new closes one execution before it opens the next.
            var execution = await RunWorkflowExecutionStatus.FindAsync(_client, run, rpc);
            if (execution is { IsOpen: true })
            {
                continue;
            }
            ended.Add((run, execution));
            if (await NotifyTasksAsync(run, execution, rpc) > 0)
            {
                ending.Add(run);
            }
        }
        (_open, _ending) = (open, ending);
        if (ending.Count == 0)
        {
            _told.Clear();
        }
        return ended;
    }

    /// <summary>Notifies the open tasks of an ended run, and waits until they are closed.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="limit">Maximum waiting time.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Number of tasks that are still open. 0 if the run itself is open, because the tasks then belong to it.</returns>
    public async Task<int> EndAsync(string runId, TimeSpan limit, CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        while (true)
        {
            var execution = await RunWorkflowExecutionStatus.FindAsync(_client, runId, rpc);
            var left = execution is { IsOpen: true } ? 0 : await NotifyTasksAsync(runId, execution, rpc);
            if (left == 0 || patience.IsCancellationRequested)
            {
                return left;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlySet<string>> FindParentsAsync(HashSet<string> open, CancellationToken cancellation)
    {
        var parents = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var task in _client.ListWorkflowsAsync(RunIds.OpenChildrenQuery()).WithCancellation(cancellation))
        {
            if (task.ParentId is { } parent && !open.Contains(parent))
            {
                parents.Add(parent);
            }
        }
        return parents;
    }

    /// <summary>Notifies each open execution of the run's tasks once.</summary>
    /// <returns>Number of open tasks.</returns>
    private async Task<int> NotifyTasksAsync(string runId, RunWorkflowExecutionStatus? execution, RpcOptions rpc)
    {
        var how = new RunEndedBeforeTaskReason(execution?.End?.State, execution?.End?.Why as WorkflowTerminatedReason);
        var left = 0;
        await foreach (
            var task in _client
                .ListWorkflowsAsync(RunIds.OpenChildrenQuery(runId))
                .WithCancellation(rpc.CancellationToken ?? CancellationToken.None)
        )
        {
            if (task.ParentId != runId)
            {
                continue;
            }
            left++;
            if (_told.Contains(task.RunId))
            {
                continue;
            }
            try
            {
                await _client
                    .GetWorkflowHandle<ITaskWorkflow>(task.Id, task.RunId)
                    .SignalAsync(w => w.RunEndedAsync(how), new WorkflowSignalOptions { Rpc = rpc });
                _told.Add(task.RunId);
            }
            catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
            {
                left--; // The task has closed in the meantime.
            }
        }
        return left;
    }
}
