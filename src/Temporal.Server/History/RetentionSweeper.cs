using Microsoft.Extensions.Logging;
using Temporal.Server.Storage;

namespace Temporal.Server.History;

/// <summary>
/// Deletes closed runs when their namespace's retention time has passed. Also returns freed pages of the database file to the file system.
/// </summary>
internal sealed class RetentionSweeper(WorkflowStore store, NamespaceRegistry namespaces, TimeProvider time, ILogger logger) : IDisposable
{
    private const int PageSize = 100;

    // Fewer free pages are not returned to the disk, because they are soon reused.
    private const int FreePagesLeft = 64;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private Timer? _timer;

    /// <summary>
    /// Starts periodic sweeps. Sweeps are scheduled in real time even if the server uses a time-skipping clock, so that they never keep
    /// that clock from advancing.
    /// </summary>
    public void Start() => _timer = new Timer(static s => _ = ((RetentionSweeper)s!).DeleteExpiredLoggedAsync(), this, Delay, Interval);

    public void Dispose() => _timer?.Dispose();

    /// <summary>Deletes expired runs and returns their number.</summary>
    public async Task<int> DeleteExpiredAsync()
    {
        var deleted = 0;
        foreach (var ns in namespaces.All)
        {
            var before = (time.GetUtcNow() - ns.Retention).ToUnixTimeMilliseconds();
            while (true)
            {
                var due = store.Database.Read(db => WorkflowRunSqlTable.ClosedBefore(db, ns.Id, before, PageSize));
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

        // Also frees pages of runs that RPCs deleted.
        if (await store.Database.FreePagesAsync() > FreePagesLeft)
        {
            await store.Database.ShrinkAsync();
        }

        return deleted;
    }

    private async Task DeleteExpiredLoggedAsync()
    {
        try
        {
            await DeleteExpiredAsync();
        }
        catch (ObjectDisposedException)
        {
            // Ignored, because the server has stopped.
        }
        catch (Exception e)
        {
            Log.SweepFailed(logger, e);
        }
    }
}
