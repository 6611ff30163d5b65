using Microsoft.Extensions.Logging;
using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>Work beside the callers: nobody waits for it, and it is done for as long as the server lives.</summary>
internal sealed class DetachedWork(TimerService timers, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs something beside the caller, again and again while what it changes cannot be written, such as on a full disk; any other failure
    /// is logged.
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

    /// <summary>As <see cref="Start"/>, for a caller that waits for the end of it.</summary>
    public async Task RunAsync(string workflowId, Func<Task> work)
    {
        try
        {
            await PersistAsync(workflowId, work);
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped; the work is found again at the next start.
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
