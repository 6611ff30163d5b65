using Microsoft.Extensions.Logging;
using Temporal.Server.Storage;

namespace Temporal.Server.History;

/// <summary>Deletes closed runs when the retention of their namespace has passed, and gives the freed pages of the file back.</summary>
internal sealed class RetentionSweeper(WorkflowStore store, NamespaceRegistry namespaces, TimeProvider time, ILogger logger) : IDisposable
{
    private const int PageSize = 100;

    // So little is soon written again.
    private const int FreePagesLeft = 64;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private Timer? _timer;

    /// <summary>
    /// Sweeps now and then. In real time, also where the engine's clock skips: upkeep is no reason for a clock to stop on its way.
    /// </summary>
    public void Start() => _timer = new Timer(static s => _ = ((RetentionSweeper)s!).SweepLoggedAsync(), this, Delay, Interval);

    public void Dispose() => _timer?.Dispose();

    /// <summary>Deletes what is due; the number of runs deleted.</summary>
    public async Task<int> SweepAsync()
    {
        var deleted = 0;
        foreach (var ns in namespaces.All)
        {
            var before = (time.GetUtcNow() - ns.Retention).ToUnixTimeMilliseconds();
            while (true)
            {
                var due = store.Database.Read(db => RunTable.ClosedBefore(db, ns.Id, before, PageSize));
                foreach (var name in due)
                {
                    if (await store.ChangeAsync(ns.Id, name.WorkflowId, w => store.Find(w, name.RunId)) is { IsOpen: false } run)
                    {
                        await store.DeleteAsync(run);
                        deleted++;
                    }
                }

                if (due.Count < PageSize)
                {
                    break;
                }
            }
        }

        // Also what others deleted, by calls.
        if (await store.Database.FreePagesAsync() > FreePagesLeft)
        {
            await store.Database.ShrinkAsync();
        }

        return deleted;
    }

    private async Task SweepLoggedAsync()
    {
        try
        {
            await SweepAsync();
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped.
        }
        catch (Exception e)
        {
            Log.SweepFailed(logger, e);
        }
    }
}
