using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Storage;

/// <summary>
/// The SQLite database of the embedded Temporal server. One connection writes groups of changes in sequence on its own thread; reads use
/// read-only connections. For an in-memory database, reads and writes alternate on the same connection.
/// </summary>
internal sealed class EngineDatabase : IDisposable
{
    private const int MaxGroup = 1000;
    private const int MaxReaders = 4;
    private const int CheckpointPages = 1000;
    private const string VacuumStep = "PRAGMA incremental_vacuum(2000)";

    private static readonly TimeSpan CheckDelay = TimeSpan.FromSeconds(3);

    // Maximum delay of deferred items (starts of workflow tasks, heartbeats), during which they can join another group.
    private static readonly TimeSpan DeferredDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Maximum size in bytes of a file that is checked before the server starts. Checking a file of this size takes 45 ms with a warm disk
    /// cache. Larger files are checked in the background.
    /// </summary>
    public const long UsuallyCheckedAtOnce = 32 * 1024 * 1024;

    private readonly string? _path;
    private readonly StorageProblemReporter _trouble;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _checked = Task.CompletedTask;
    private readonly ILogger _logger;
    private readonly SqliteConnection _writer;
    private readonly Lock _writerLock = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly object _queueLock = new();
    private readonly Thread _thread;
    private List<DatabaseWriteOperation> _queue = [];
    private List<DatabaseWriteOperation> _taken = [];
    private bool _urgent;
    private bool _stopping;

    /// <summary>True once the connections are being closed. Calls that outlive the server's grace period then fail.</summary>
    private volatile bool _closed;

    /// <summary>Opens or creates the database and starts its writer.</summary>
    /// <param name="path">Path of the file, or null to keep everything in memory.</param>
    /// <param name="parts">Tables of other server components, each a name and one migration script per version.</param>
    /// <param name="logger">Logger for write failures.</param>
    /// <param name="trouble">Callback for urgent storage problems, or null for none.</param>
    /// <param name="checkedAtOnce">Maximum size in bytes of a file whose pages are checked before it is opened.</param>
    public EngineDatabase(
        string? path,
        IReadOnlyList<SqlSchemaOfServerComponent> parts,
        ILogger logger,
        Action<string>? trouble = null,
        long checkedAtOnce = UsuallyCheckedAtOnce
    )
    {
        _path = path;
        _logger = logger;
        _trouble = new StorageProblemReporter(path ?? "the database in memory", trouble ?? (_ => { }));
        var size = path is not null && File.Exists(path) ? new FileInfo(path).Length : 0;
        if (path is not null)
        {
            DatabaseSchema.RefuseForeign(path, parts, checks: size <= checkedAtOnce);
        }

        _writer = new SqliteConnection(path ?? ":memory:", create: true);
        try
        {
            DatabaseSchema.Prepare(_writer, path ?? "the database in memory", parts);
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

    /// <summary>Damage that was found while the server was using the file, or null if none was found.</summary>
    public string? Damage => _trouble.Damage;

    /// <summary>Adds a write to the next group. Writes are executed and reported in the order of submission.</summary>
    /// <param name="deferred">True if the item may wait briefly to share an fsync with others.</param>
    public void Submit(DatabaseWriteOperation item, bool deferred = false)
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
    /// Writes in a transaction and completes when the transaction is durable. An exception from <paramref name="write"/> rolls the
    /// transaction back and is rethrown.
    /// </summary>
    public Task WriteAsync(Action<SqliteConnection> write)
    {
        var item = new DelegateWriteOperation(write);
        Submit(item);
        return item.Done;
    }

    /// <summary>Returns the number of unused pages in the database file.</summary>
    public Task<long> FreePagesAsync() => MaintainAsync(FreePages);

    /// <summary>
    /// Returns all unused pages to the file system in several steps, so that other changes can proceed between the steps.
    /// </summary>
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

        // A checkpoint writes the log back into the file and thereby shortens the file and the log.
        await MaintainAsync(static db =>
        {
            db.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return true;
        });
    }

    /// <summary>Runs maintenance on the writing connection, between two groups of writes and outside any transaction.</summary>
    public Task<T> MaintainAsync<T>(Func<SqliteConnection, T> work) =>
        Task.Run(() =>
        {
            lock (_writerLock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                return work(_writer);
            }
        });

    /// <summary>Reads committed data. Keep the read short, because a long one delays the checkpoint.</summary>
    /// <exception cref="ObjectDisposedException">The database is closed.</exception>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        if (_path is null)
        {
            lock (_writerLock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                return read(_writer);
            }
        }

        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_readers.TryTake(out var reader))
        {
            reader = new SqliteConnection(_path, create: false);
            reader.ExecuteScript("PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-1024; PRAGMA busy_timeout=5000;");
        }

        try
        {
            // A transaction, so that several statements see the same state.
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

            // The connections may have been closed just before this one was added.
            if (_closed)
            {
                CloseReaders();
            }
        }
    }

    /// <summary>Writes queued changes, then closes the database.</summary>
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
        _closed = true;
        CloseReaders();
        lock (_writerLock)
        {
            _writer.Dispose();
        }
    }

    // Takes each connection before it is closed, because a call that still reads may take one at the same time.
    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private async Task CheckAsync(string path)
    {
        // Leaves the processor to the first calls after the start.
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
            if (DatabaseSchema.FindDamage(db) is { } damage)
            {
                _trouble.Damaged(DatabaseSchema.DamageOf(path, damage));
            }
        }
        catch (SqliteException) when (_closing.IsCancellationRequested)
        {
            // The next start repeats the check.
        }
        catch (SqliteException e)
        {
            _trouble.Damaged(DatabaseSchema.DamageOf(path, e.Message));
        }
    }

    private static long FreePages(SqliteConnection db)
    {
        using var count = db.Prepare("PRAGMA freelist_count");
        return count.Step() ? count.Integer(0) : 0;
    }

    private void WriteLoop()
    {
        while (WaitForItems())
        {
            for (var from = 0; from < _taken.Count; from += MaxGroup)
            {
                WriteGroup(_taken.GetRange(from, Math.Min(MaxGroup, _taken.Count - from)));
            }

            _taken.Clear();
        }
    }

    /// <summary>Waits for queued writes. Returns false if none are left and no more can arrive.</summary>
    private bool WaitForItems()
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

    private void WriteGroup(List<DatabaseWriteOperation> group)
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
            // One bad item must not fail the others, so each is written separately and in order. Items that depend on a failed one are
            // marked as failed by then.
            foreach (var item in group)
            {
                WriteGroup([item]);
            }
        }
    }

    private Exception? TryWrite(List<DatabaseWriteOperation> group)
    {
        lock (_writerLock)
        {
            try
            {
                if (Damage is { } damage)
                {
                    return new InvalidOperationException(damage);
                }

                // Ends the transaction of a group whose rollback failed.
                RollBack();
                _writer.Execute("BEGIN IMMEDIATE");
                foreach (var item in group)
                {
                    if (item.CannotSucceed)
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

    // An exception would end the writer thread and thus the process. The next group rolls back before it starts.
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

    private sealed class DelegateWriteOperation(Action<SqliteConnection> write) : DatabaseWriteOperation
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Write(SqliteConnection db) => write(db);

        public override void Committed() => _done.SetResult();

        public override void Failed(Exception exception) => _done.SetException(exception);
    }
}
