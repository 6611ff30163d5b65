using Microsoft.Extensions.Logging;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporal.Server.Visibility;

namespace Temporal.Server.History;

/// <summary>
/// The cache of workflows. Loads workflows on demand, serializes changes per workflow id, and submits the changes to the database. Results
/// are released only when the changes they depend on are durable.
/// </summary>
internal sealed class WorkflowStore
{
    private const int KeptWorkflows = 1000;
    private const int BatchesPerRead = 250;

    private readonly EngineDatabase _database;
    private readonly VisibilityStore _visibility;
    private readonly TimeProvider _time;
    private readonly AwakeClock _awake;
    private readonly ILogger _logger;
    private readonly Dictionary<(string NamespaceId, string WorkflowId), SingleWorkflowRunCache> _workflows = [];
    private readonly Lock _lock = new();
    private long _lastRunKey;
    private long _lastTransferKey;
    private long _uses;

    public WorkflowStore(EngineDatabase database, VisibilityStore visibility, TimeProvider time, ILogger logger, AwakeClock? awake = null)
    {
        _database = database;
        _visibility = visibility;
        _time = time;
        _awake = awake ?? new AwakeClock(time);
        _logger = logger;
        (_lastRunKey, _lastTransferKey) = database.Read(static db => (WorkflowRunSqlTable.LastKey(db), TransferTaskSqlTable.LastKey(db)));
    }

    /// <summary>Value of <see cref="MutableState.SuggestContinueAsNewAfter"/> for all runs.</summary>
    public int SuggestContinueAsNewAfter { get; init; } = TemporalServerOptions.UsualSuggestContinueAsNewAfter;

    /// <summary>Called for each durable change, in order, on the writer's thread.</summary>
    public Action<WorkflowDatabaseWriteOperation> Committed { get; set; } = static _ => { };

    /// <summary>
    /// Called for each change that could not be written, on the writer's thread. The workflow keeps its previously stored state.
    /// </summary>
    public Action<WorkflowDatabaseWriteOperation> Lost { get; set; } = static _ => { };

    public EngineDatabase Database => _database;

    /// <summary>
    /// Changes a workflow and completes when the change and everything it depends on are durable. Without a change, this is a consistent
    /// read of durable state.
    /// </summary>
    /// <param name="deferred">True if a crash may lose the change without harm, so that only the changes it depends on must be
    /// durable.</param>
    public async Task<T> ChangeAsync<T>(
        string namespaceId,
        string workflowId,
        Func<SingleWorkflowRunCache, T> change,
        bool deferred = false
    )
    {
        while (true)
        {
            var workflow = Enter(namespaceId, workflowId);
            try
            {
                await workflow.Ready;
                T result;
                Task commit;
                lock (workflow)
                {
                    if (workflow.CannotSucceed)
                    {
                        Drop(workflow);
                    }

                    if (workflow.Dropped)
                    {
                        continue;
                    }

                    workflow.RemoveWritten();
                    try
                    {
                        result = change(workflow);
                        commit = Commit(workflow, deferred);
                    }
                    catch
                    {
                        if (workflow.IsDirty)
                        {
                            // The change is incomplete: drop the state in memory and reload what was submitted before.
                            Drop(workflow);
                        }

                        throw;
                    }
                }

                await commit;
                return result;
            }
            finally
            {
                Leave(workflow);
            }
        }
    }

    /// <inheritdoc cref="ChangeAsync{T}"/>
    public Task ChangeAsync(string namespaceId, string workflowId, Action<SingleWorkflowRunCache> change, bool deferred = false) =>
        ChangeAsync(
            namespaceId,
            workflowId,
            w =>
            {
                change(w);
                return true;
            },
            deferred
        );

    /// <summary>Finds the current run of a workflow id, or returns null if the id was never used. Call with the lock held.</summary>
    public MutableState? Current(SingleWorkflowRunCache workflow)
    {
        if (!workflow.CurrentKnown)
        {
            workflow.Current = _database.Read(db =>
                Load(db, workflow, WorkflowRunSqlTable.FindCurrent(db, workflow.NamespaceId, workflow.WorkflowId))
            );
            workflow.CurrentKnown = true;
        }

        return workflow.Current;
    }

    /// <summary>Finds a run by its id, or the current run for an empty id. Returns null if none exists. Call with the lock held.</summary>
    public MutableState? Find(SingleWorkflowRunCache workflow, string runId)
    {
        if (runId.Length == 0)
        {
            return Current(workflow);
        }

        return workflow.Find(runId)
            ?? (
                Current(workflow) is { } current && current.RunId == runId
                    ? current
                    : _database.Read(db =>
                        Load(db, workflow, WorkflowRunSqlTable.Find(db, workflow.NamespaceId, workflow.WorkflowId, runId))
                    )
            );
    }

    /// <summary>Like <see cref="Find"/>, but fails with NOT_FOUND.</summary>
    public MutableState Require(SingleWorkflowRunCache workflow, string runId) =>
        Find(workflow, runId) ?? throw GrpcErrorFactory.NotFound($"workflow not found for ID: {workflow.WorkflowId}");

    /// <summary>Creates a run and makes it the current one. Call with the lock held.</summary>
    public MutableState Create(SingleWorkflowRunCache workflow, string runId)
    {
        var run = new MutableState(Interlocked.Increment(ref _lastRunKey), workflow.NamespaceId, workflow.WorkflowId, runId, _time, _awake)
        {
            SuggestContinueAsNewAfter = SuggestContinueAsNewAfter,
        };
        workflow.Add(run);
        workflow.Current = run;
        workflow.CurrentKnown = true;
        return run;
    }

    /// <summary>
    /// Reads a run's encoded events from the specified id on, oldest first. Events that are no longer in memory come from the database.
    /// </summary>
    public IEnumerable<EventBatch> Batches(MutableState run, long from)
    {
        // Reads in portions. Otherwise, each page of a long history would read the whole history.
        while (
            from < run.Log.First
            && _database.Read(db => EventHistorySqlTable.Read(db, run.Key, from, run.Log.First, BatchesPerRead)) is { Count: > 0 } stored
        )
        {
            foreach (var batch in stored.Select(Batch))
            {
                from = batch.Last + 1;
                yield return batch;
            }
        }

        foreach (var batch in run.Log.From(from))
        {
            yield return batch;
        }
    }

    /// <summary>
    /// Returns the id of the first event in a sequence of whole batches that ends at the specified event. The sequence contains at least
    /// the specified number of events, if the run has that many.
    /// </summary>
    public long BatchStart(MutableState run, long last, int events)
    {
        var starts = Batches(run, Math.Max(1, last - events + 1)).TakeWhile(b => b.First <= last).Select(b => b.First).ToList();
        for (var i = starts.Count - 1; i >= 0; i--)
        {
            if (last - starts[i] + 1 >= events || last - starts[i] + 1 >= EventHistoryPageBuilder.MaxPageEvents)
            {
                return starts[i];
            }
        }

        return starts[0];
    }

    /// <summary>Reads one event of a run. Call with the lock held.</summary>
    public Temporalio.Api.History.V1.HistoryEvent Event(MutableState run, long eventId)
    {
        var (page, _) = EventHistoryPageBuilder.Page(Batches(run, eventId), eventId, eventId);
        return Temporalio.Api.History.V1.History.Parser.ParseFrom(page).Events[0];
    }

    /// <summary>
    /// Drops a workflow's cached state, for example after its rows were deleted. Callers that are waiting for a query or an update then
    /// retry. Call with the lock held.
    /// </summary>
    public void Drop(SingleWorkflowRunCache workflow)
    {
        if (!workflow.Drop())
        {
            return;
        }

        lock (_lock)
        {
            var key = (workflow.NamespaceId, workflow.WorkflowId);
            if (_workflows.TryGetValue(key, out var known) && known == workflow)
            {
                _workflows[key] = new SingleWorkflowRunCache(workflow.NamespaceId, workflow.WorkflowId, IgnoreFaults(workflow.LastCommit));
            }
        }

        workflow.Changed.TrySetResult();
    }

    /// <summary>Deletes a closed run with all its rows.</summary>
    public async Task DeleteAsync(MutableState run)
    {
        await _database.WriteAsync(db =>
        {
            WorkflowRunSqlTable.Delete(db, run.Name);
            VisibilitySqlTables.Delete(db, run.NamespaceId, run.WorkflowId, run.RunId);
        });
        var workflow = Enter(run.NamespaceId, run.WorkflowId);
        lock (workflow)
        {
            Drop(workflow);
        }

        Leave(workflow);
    }

    private static async Task IgnoreFaults(Task task) => await task.ContinueWith(static _ => { }, TaskScheduler.Default);

    private SingleWorkflowRunCache Enter(string namespaceId, string workflowId)
    {
        lock (_lock)
        {
            if (!_workflows.TryGetValue((namespaceId, workflowId), out var workflow))
            {
                if (_workflows.Count >= KeptWorkflows)
                {
                    Evict();
                }

                workflow = new SingleWorkflowRunCache(namespaceId, workflowId, Task.CompletedTask);
                _workflows.Add((namespaceId, workflowId), workflow);
            }

            workflow.Users++;
            workflow.LastUsed = ++_uses;
            return workflow;
        }
    }

    private void Leave(SingleWorkflowRunCache workflow)
    {
        lock (_lock)
        {
            workflow.Users--;
        }
    }

    /// <summary>Evicts the least recently used workflows that nothing in memory depends on.</summary>
    private void Evict()
    {
        var idle = _workflows
            .Values.Where(w =>
                w.Users == 0
                && Volatile.Read(ref w.Waiters) == 0
                && w.LastCommit.IsCompleted
                && w.Ready.IsCompleted
                && w.Updates.Count == 0
                && !w.Queries.Any
            )
            .OrderBy(w => w.LastUsed)
            .Take(KeptWorkflows / 4)
            .ToList();
        foreach (var workflow in idle)
        {
            _workflows.Remove((workflow.NamespaceId, workflow.WorkflowId));
        }
    }

    private Task Commit(SingleWorkflowRunCache workflow, bool deferred)
    {
        if (!workflow.IsDirty)
        {
            return workflow.LastCommit;
        }

        var write = new WorkflowDatabaseWriteOperation(workflow, _visibility, OnCommitted, OnFailed) { Changed = workflow.Changed };
        workflow.Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = workflow.LastCommit.IsCompletedSuccessfully;
        foreach (var run in workflow.Runs.Where(r => r.Changes.IsDirty).ToList())
        {
            if (written)
            {
                // Stored events can be read again, so only the newest ones of a long run stay in memory.
                run.Log.Trim(run.Log.Last);
            }

            var changes = run.RemoveUncommittedChanges();
            if (changes.Created)
            {
                write.NewCurrent = run;
            }

            write.Runs.Add(new WorkflowRunChangeDatabaseWriter(run, changes, () => Interlocked.Increment(ref _lastTransferKey)));
            if (changes.Closed && workflow.Current != run)
            {
                workflow.RemoveWhenWritten(run, write.Done);
            }
        }

        _database.Submit(write, deferred);

        workflow.LastCommit = write.Done;
        if (deferred)
        {
            return workflow.LastFirmCommit;
        }

        workflow.LastFirmCommit = write.Done;
        return write.Done;
    }

    private void OnCommitted(WorkflowDatabaseWriteOperation write)
    {
        write.Changed.TrySetResult();
        Committed(write);
    }

    private void OnFailed(WorkflowDatabaseWriteOperation write, Exception exception)
    {
        // All later writes of the workflow must fail in the writer, too, before anyone can load the workflow again.
        write.Workflow.CannotSucceed = true;
        ThreadPool.UnsafeQueueUserWorkItem(
            static s =>
            {
                lock (s.write.Workflow)
                {
                    s.store.Drop(s.write.Workflow);
                }
            },
            (store: this, write),
            preferLocal: false
        );
        write.Changed.TrySetResult();
        Lost(write);
    }

    /// <summary>Returns the run to which a database row belongs: the one in memory, or one rebuilt from its stored events.</summary>
    private MutableState? Load(SqliteConnection db, SingleWorkflowRunCache workflow, (RunIdentity Name, RunRow Row)? found)
    {
        if (found is not var (name, row))
        {
            return null;
        }

        if (workflow.Find(name.RunId) is { } known)
        {
            return known;
        }

        var run = new MutableState(name.Key, workflow.NamespaceId, workflow.WorkflowId, name.RunId, _time, _awake)
        {
            SuggestContinueAsNewAfter = SuggestContinueAsNewAfter,
        };
        foreach (var batch in EventHistorySqlTable.Read(db, run.Key).Select(Batch))
        {
            run.Replay(batch);
        }

        run.Restore(RunRecord.Parser.ParseFrom(row.State));
        WorkflowRunChangeDatabaseWriter.ReadExtras(db, run);
        run.Log.Trim(run.NextEventId);
        _ = run.RemoveUncommittedChanges();
        workflow.Add(run);
        return run;
    }

    private static EventBatch Batch((long First, byte[] Events) row) =>
        new(row.First, row.First + CachedEventHistory.Count(row.Events) - 1, row.Events);
}
