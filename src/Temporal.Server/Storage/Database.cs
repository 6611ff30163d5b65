using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Storage;

/// <summary>
/// The engine's SQLite file: one connection writes, one group of changes after the other, on a thread of its own; reads use connections
/// that can't write.
/// In memory, reads take turns with the writer on its connection.
/// </summary>
internal sealed class Database : IDisposable
{
    private const int MaxGroup = 1000;
    private const int MaxReaders = 4;
    private const int CheckpointPages = 1000;
    private const string VacuumStep = "PRAGMA incremental_vacuum(2000)";

    private static readonly TimeSpan CheckDelay = TimeSpan.FromSeconds(3);

    // Deferred items (starts of workflow tasks, heartbeats) wait at most this long for a group to join.
    private static readonly TimeSpan DeferredDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// A start waits for the check of a file up to this size: 45 ms where the disk is warm. A larger one is checked while it is served.
    /// </summary>
    public const long UsuallyCheckedAtOnce = 32 * 1024 * 1024;

    private readonly string? _path;
    private readonly FileTrouble _trouble;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _checked = Task.CompletedTask;
    private readonly ILogger _logger;
    private readonly SqliteConnection _writer;
    private readonly Lock _writerLock = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly object _queueLock = new();
    private readonly Thread _thread;
    private List<WriteItem> _queue = [];
    private List<WriteItem> _taken = [];
    private bool _urgent;
    private bool _stopping;

    /// <summary>Opens or makes the database and starts its writer.</summary>
    /// <param name="path">The file; null keeps everything in memory.</param>
    /// <param name="parts">Tables of other parts of the server: a name and one script per version each.</param>
    /// <param name="logger">Where failures of writing go.</param>
    /// <param name="trouble">Who is told what can't wait for somebody to read a log; null for nobody.</param>
    /// <param name="checkedAtOnce">The largest file whose pages are checked before it is opened, in bytes.</param>
    public Database(
        string? path,
        IReadOnlyList<TablePart> parts,
        ILogger logger,
        Action<string>? trouble = null,
        long checkedAtOnce = UsuallyCheckedAtOnce
    )
    {
        _path = path;
        _logger = logger;
        _trouble = new FileTrouble(path ?? "the database in memory", trouble ?? (_ => { }));
        var size = path is not null && File.Exists(path) ? new FileInfo(path).Length : 0;
        if (path is not null)
        {
            Schema.RefuseForeign(path, parts, checks: size <= checkedAtOnce);
        }

        _writer = new SqliteConnection(path ?? ":memory:", create: true);
        try
        {
            Schema.Prepare(_writer, path ?? "the database in memory", parts);
            _writer.ExecuteScript(
                $"PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint={CheckpointPages}; PRAGMA journal_size_limit=67108864; "
                    + "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;"
            );
        }
        catch
        {
            _writer.Dispose();
            throw;
        }

        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "engine writer" };
        _thread.Start();
        if (size > checkedAtOnce)
        {
            _checked = CheckAsync(path!);
        }
    }

    /// <summary>The fault of the file, found while it is served; null while none is known.</summary>
    public string? Damage => _trouble.Damage;

    /// <summary>Puts an item into the next group; items are written and reported in the order of submission.</summary>
    /// <param name="deferred">The item may wait a little for others to share a sync with.</param>
    public void Submit(WriteItem item, bool deferred = false)
    {
        lock (_queueLock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _queue.Add(item);
            _urgent |= !deferred;
            if (!deferred || _queue.Count == 1)
            {
                Monitor.Pulse(_queueLock);
            }
        }
    }

    /// <summary>
    /// Writes in a transaction and ends when it is durable; an exception of <paramref name="write"/> undoes it and comes back.
    /// </summary>
    public Task WriteAsync(Action<SqliteConnection> write)
    {
        var item = new ActionItem(write);
        Submit(item);
        return item.Done;
    }

    /// <summary>Pages of the file that nothing is in.</summary>
    public Task<long> FreePagesAsync() => MaintainAsync(FreePages);

    /// <summary>Gives all free pages back to the file system, some at a time, so that changes go on in between.</summary>
    public async Task ShrinkAsync()
    {
        var (free, left) = (long.MaxValue, long.MaxValue - 1);
        while (left > 0 && left < free)
        {
            free = left;
            left = await MaintainAsync(static db =>
            {
                db.Execute(VacuumStep);
                return FreePages(db);
            });
        }

        // The file gets shorter, and its log with it, when the log is written back into it.
        await MaintainAsync(static db =>
        {
            db.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return true;
        });
    }

    /// <summary>Runs upkeep on the writing connection between groups, outside of any transaction.</summary>
    public Task<T> MaintainAsync<T>(Func<SqliteConnection, T> work) =>
        Task.Run(() =>
        {
            lock (_writerLock)
            {
                return work(_writer);
            }
        });

    /// <summary>Reads what is committed. Keep it short: a long read holds back the checkpoint.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        if (_path is null)
        {
            lock (_writerLock)
            {
                return read(_writer);
            }
        }

        if (!_readers.TryTake(out var reader))
        {
            reader = new SqliteConnection(_path, create: false);
            reader.ExecuteScript("PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-1024; PRAGMA busy_timeout=5000;");
        }

        try
        {
            // One transaction, so that several statements see the same state.
            reader.Execute("BEGIN");
            var result = read(reader);
            reader.Execute("COMMIT");
            return result;
        }
        catch
        {
            reader.Dispose();
            reader = null;
            throw;
        }
        finally
        {
            if (reader is not null && _readers.Count < MaxReaders)
            {
                _readers.Add(reader);
            }
            else
            {
                reader?.Dispose();
            }
        }
    }

    /// <summary>Writes what is queued, then closes.</summary>
    public void Dispose()
    {
        lock (_queueLock)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            Monitor.Pulse(_queueLock);
        }

        _closing.Cancel();
        _checked.Wait();
        _closing.Dispose();
        _thread.Join();
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _writer.Dispose();
    }

    private async Task CheckAsync(string path)
    {
        // The first calls after a start have the processor for themselves.
        await Task.Delay(CheckDelay, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_closing.IsCancellationRequested)
        {
            await Task.Run(() => Check(path));
        }
    }

    private void Check(string path)
    {
        try
        {
            using var db = SqliteConnection.OpenReadOnly(path);
            using var interrupt = _closing.Token.Register(db.Interrupt);
            if (Schema.FindDamage(db) is { } damage)
            {
                _trouble.Damaged(Schema.DamageOf(path, damage));
            }
        }
        catch (SqliteException) when (_closing.IsCancellationRequested)
        {
            // The next start looks again.
        }
        catch (SqliteException e)
        {
            _trouble.Damaged(Schema.DamageOf(path, e.Message));
        }
    }

    private static long FreePages(SqliteConnection db)
    {
        using var count = db.Prepare("PRAGMA freelist_count");
        return count.Step() ? count.Integer(0) : 0;
    }

    private void WriteLoop()
    {
        while (Take())
        {
            for (var from = 0; from < _taken.Count; from += MaxGroup)
            {
                WriteGroup(_taken.GetRange(from, Math.Min(MaxGroup, _taken.Count - from)));
            }

            _taken.Clear();
        }
    }

    /// <summary>Waits for something to write; false when nothing is left and nothing will come.</summary>
    private bool Take()
    {
        lock (_queueLock)
        {
            while (!_urgent && !_stopping)
            {
                if (_queue.Count == 0)
                {
                    Monitor.Wait(_queueLock);
                }
                else if (!Monitor.Wait(_queueLock, DeferredDelay))
                {
                    break;
                }
            }

            if (_queue.Count == 0 && _stopping)
            {
                return false;
            }

            _urgent = false;
            (_taken, _queue) = (_queue, _taken);
            return true;
        }
    }

    private void WriteGroup(List<WriteItem> group)
    {
        var failure = TryWrite(group);
        if (failure is null)
        {
            _trouble.Written();
            foreach (var item in group)
            {
                item.Committed();
            }
        }
        else if (group.Count == 1)
        {
            _trouble.Unwritten(failure);
            Log.WriteFailed(_logger, failure);
            group[0].Failed(failure);
        }
        else
        {
            // One bad item must not take the others along: each by itself, in order; what rests on a failed one is doomed by then.
            foreach (var item in group)
            {
                WriteGroup([item]);
            }
        }
    }

    private Exception? TryWrite(List<WriteItem> group)
    {
        lock (_writerLock)
        {
            try
            {
                if (Damage is { } damage)
                {
                    return new InvalidOperationException(damage);
                }

                // Of a group whose rollback failed.
                RollBack();
                _writer.Execute("BEGIN IMMEDIATE");
                foreach (var item in group)
                {
                    if (item.Doomed)
                    {
                        throw new InvalidOperationException("an earlier change of the same workflow could not be written");
                    }

                    item.Write(_writer);
                }

                _writer.Execute("COMMIT");
                return null;
            }
            catch (Exception e)
            {
                TryRollBack();
                return e;
            }
        }
    }

    private void RollBack()
    {
        if (!_writer.IsAutoCommit)
        {
            _writer.Execute("ROLLBACK");
        }
    }

    // An exception would end the writer thread, and the process with it. The next group rolls back before it begins.
    private void TryRollBack()
    {
        try
        {
            RollBack();
        }
        catch (SqliteException failure)
        {
            Log.WriteFailed(_logger, failure);
        }
    }

    private sealed class ActionItem(Action<SqliteConnection> write) : WriteItem
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Write(SqliteConnection db) => write(db);

        public override void Committed() => _done.SetResult();

        public override void Failed(Exception exception) => _done.SetException(exception);
    }
}
