namespace Orchestrator.Client;

/// <summary>Ends tasks whose run was terminated. Tasks outlive the executions of their run, because continue-as-new must not end them, so
/// they are notified from outside, by every process that hosts a worker. Each check lists the open runs once, whatever the number of tasks;
/// all open tasks are listed at the first check and at every fifteenth. Not safe for several threads.</summary>
/// <param name="client">Client of the server that holds the runs.</param>
public sealed class OrphanedTasks(ITemporalClient client)
{
    /// <summary>Checks between two full listings, which find runs that began and ended between two checks.</summary>
    private const int WholeLookEvery = 15;
    private readonly ITemporalClient _client = MessageJson.Speaking(client);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private HashSet<string> _open = new(StringComparer.Ordinal);
    private HashSet<string> _ending = new(StringComparer.Ordinal);
    private int _looks;

    /// <summary>Checks once.</summary>
    /// <returns>Runs that have ended since the last check, or still have open tasks; an execution of null: the server does not know the run
    /// any more.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public async Task<IReadOnlyList<(string RunId, RunExecution? Execution)>> LookAsync(CancellationToken cancellation = default)
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
        var ended = new List<(string, RunExecution?)>();
        var ending = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in suspects)
        {
            // Lists may be late, and a run that is reset or continues as new closes one execution with the next.
            var execution = await RunExecution.FindAsync(_client, run, rpc);
            if (execution is { IsOpen: true })
            {
                continue;
            }
            ended.Add((run, execution));
            if (await TellAsync(run, execution, rpc) > 0)
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

    /// <summary>Notifies the open tasks of a run that has ended, and waits until they have closed.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <returns>Number of tasks that are still open; 0 also where the run is open, and they belong to it.</returns>
    public async Task<int> EndAsync(string runId, TimeSpan limit, CancellationToken cancellation = default)
    {
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        while (true)
        {
            var execution = await RunExecution.FindAsync(_client, runId, rpc);
            var left = execution is { IsOpen: true } ? 0 : await TellAsync(runId, execution, rpc);
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

    /// <summary>Each execution of a task is notified once.</summary>
    /// <returns>How many are open.</returns>
    private async Task<int> TellAsync(string runId, RunExecution? execution, RpcOptions rpc)
    {
        var how = new RunEndedWithoutIt(execution?.End?.State, execution?.End?.Why as TerminatedBy);
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
                left--; // It has closed meanwhile.
            }
        }
        return left;
    }
}
