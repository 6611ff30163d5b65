using Microsoft.Extensions.Logging;
using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>
/// Runs background work for which no client call waits. If the server stops first, the next start of the server resumes the work.
/// </summary>
internal sealed class EngineBackgroundWorkRunner(TimerService timers, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts work in the background. Retries the work while its change can't be written, for example because the disk is full. Any other
    /// failure is only logged.
    /// </summary>
    public void Start(string workflowId, Func<Task> work)
    {
        var counted = timers.BeginWork();
        _ = Task.Run(async () =>
        {
            using (counted)
            {
                await RunAsync(workflowId, work);
            }
        });
    }

    /// <summary>Starts work as <see cref="Start"/> does, but returns a task that completes when the work ends.</summary>
    public async Task RunAsync(string workflowId, Func<Task> work)
    {
        try
        {
            await PersistAsync(workflowId, work);
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped; the next start finds the work again.
        }
        catch (Exception e)
        {
            Log.TransferFailed(logger, e, workflowId);
        }
    }

    private async Task PersistAsync(string workflowId, Func<Task> work)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work();
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                Log.WorkUnwritten(logger, e, workflowId);
                await Task.Delay(pause);
            }
        }
    }
}
