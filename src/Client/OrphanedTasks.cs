namespace Orchestrator.Client;

/// <summary>Tasks outlive the executions of their run, because a run that continues as new must not take them with it. So nobody ends them
/// when a run is terminated: whoever hosts a worker looks from outside, and tells the tasks of a run that has ended. One question about the
/// open runs for each look, whatever the number of tasks; all open tasks are looked through at the first look and at each fifteenth. Not
/// safe for several threads.</summary>
/// <param name="client">Client of the server that holds the runs.</param>
public sealed class OrphanedTasks(ITemporalClient client)
{
    /// <summary>Looks from one whole look to the next: it finds runs that began and ended between two looks.</summary>
    private const int WholeLookEvery = 15;
    private readonly ITemporalClient _client = MessageJson.Speaking(client);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private HashSet<string> _open = new(StringComparer.Ordinal);
    private HashSet<string> _ending = new(StringComparer.Ordinal);
    private int _looks;

    /// <summary>Looks once.</summary>
    /// <returns>Runs that have ended since the last look, or have open tasks still; an execution of null: the server knows the run no
    /// more.</returns>
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
            // What is listed may be late, and a run that is reset or continues as new closes one execution with the next.
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

    /// <summary>Tells the open tasks of a run that has ended, and waits until they have closed.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <returns>Tasks that are open still; 0 also where the run is open, and they belong to it.</returns>
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

    /// <summary>Each execution of a task is told once.</summary>
    /// <returns>How many are open.</returns>
    private async Task<int> TellAsync(string runId, RunExecution? execution, RpcOptions rpc)
    {
        var reason =
            execution?.End is not { } end ? "its run is gone"
            : end.State == RunStates.Terminated ? $"its run was {end.Reason}"
            : $"its run has ended: {end.State}";
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
                    .SignalAsync(w => w.RunEndedAsync(reason), new WorkflowSignalOptions { Rpc = rpc });
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
