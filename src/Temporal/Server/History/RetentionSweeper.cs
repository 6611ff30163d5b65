using Microsoft.Extensions.Logging;
using Temporal.Server.Frontend;
using Temporal.Server.Storage;

namespace Temporal.Server.History;

/// <summary>Deletes closed runs when the retention of their namespace has passed, and gives the freed pages of the file back.</summary>
internal sealed class RetentionSweeper(WorkflowStore store, NamespaceRegistry namespaces, TimeProvider time, IVisibilityStore visibility, ILogger logger) : IDisposable
{
    private const int PageSize = 100;
    private const int FreedPagesPerSweep = 10_000;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private Timer? _timer;

    /// <summary>Sweeps now and then. In real time, also where the engine's clock skips: upkeep is no reason for a clock to stop on its way.</summary>
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
                var due = store.Database.Read(db => Due(db, ns.Id, before));
                foreach (var (workflowId, runId) in due)
                {
                    if (await store.ChangeAsync(ns.Id, workflowId, w => store.Find(w, runId)) is { IsOpen: false } run)
                    {
                        await store.DeleteAsync(run, visibility);
                        deleted++;
                    }
                }

                if (due.Count < PageSize)
                {
                    break;
                }
            }
        }

        if (deleted > 0)
        {
            await store.Database.MaintainAsync(db =>
            {
                using var shrink = db.Prepare($"PRAGMA incremental_vacuum({FreedPagesPerSweep})");
                shrink.Run();
            });
        }

        return deleted;
    }

    private static List<(string WorkflowId, string RunId)> Due(SqliteConnection db, string namespaceId, long before)
    {
        var due = new List<(string, string)>();
        using var rows = db.Prepare("SELECT workflow_id, run_id FROM runs WHERE closed_at < ? AND namespace = ? ORDER BY closed_at LIMIT ?");
        rows.Bind(before).Bind(namespaceId).Bind((long)PageSize);
        while (rows.Step())
        {
            due.Add((rows.Text(0), rows.Text(1)));
        }

        return due;
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
