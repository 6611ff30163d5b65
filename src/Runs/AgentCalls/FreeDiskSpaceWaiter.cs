namespace Orchestrator.Runs.AgentCalls;

/// <summary>Waits for free space after a full disk ended an agent run, because the disk may be full only briefly.</summary>
/// <param name="time">The clock.</param>
/// <param name="hasSpace">Returns true if the disk of a path has the reserve. Null to inspect the disk.</param>
public sealed class FreeDiskSpaceWaiter(TimeProvider time, Func<string, long, bool>? hasSpace = null)
{
    /// <summary>Maximum time to wait. After that, the task backs off.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Waits if a full disk ended the agent run.</summary>
    /// <param name="result">The result of the agent run.</param>
    /// <param name="path">Absolute path of a folder on the disk.</param>
    /// <param name="reserve">Required free space in bytes.</param>
    /// <param name="execution">The running step.</param>
    /// <returns>The result, which tells whether the agent can continue at once.</returns>
    public async Task<AgentRunResult> AwaitSpaceAsync(AgentRunResult result, string path, long reserve, RunStepExecutionContext execution)
    {
        if (result is not { FailureClass: FailureClass.Environment, IsRefused: false } || !DiskSpace.IsNamedBy(result.Message))
        {
            return result;
        }
        using var left = CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
        var began = time.GetTimestamp();
        while (!HasSpace(path, reserve) && time.GetElapsedTime(began) < Longest && !left.IsCancellationRequested)
        {
            execution.IsAlive();
            await Task.WhenAny(Task.Delay(Step, time, left.Token));
        }
        return result with { HasSpaceAgain = HasSpace(path, reserve) };
    }

    private bool HasSpace(string path, long reserve) => hasSpace?.Invoke(path, reserve) ?? DiskSpace.Shortage(path, reserve, "") is null;
}
