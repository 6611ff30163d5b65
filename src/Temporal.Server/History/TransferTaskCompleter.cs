using Temporal.Server.Storage;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Completes transfer tasks. Deletes each task in the same write as the change that records the task's result.</summary>
internal sealed class TransferTaskCompleter(WorkflowStore store)
{
    /// <summary>Records the result of a transfer task in the run that requested it, if that run is still waiting for the result.</summary>
    public async Task AnswerAsync(long key, TransferTask task, Func<MutableState, bool> waits, Func<MutableState, HistoryEvent> answer)
    {
        var isThere = await store.ChangeAsync(
            task.NamespaceId,
            task.WorkflowId,
            w =>
            {
                if (store.Find(w, task.RunId) is not { } run)
                {
                    return false;
                }

                run.Changes.DoneTransfers.Add(key);
                if (run.IsOpen && waits(run))
                {
                    run.AddOrBuffer(answer(run));
                    run.WorkflowTask.EnsureScheduled();
                }

                return true;
            }
        );
        if (!isThere)
        {
            await DeleteTaskAsync(key);
        }
    }

    /// <summary>
    /// Deletes a transfer task whose run has been deleted in the meantime. No later change to that run can delete the task.
    /// </summary>
    public Task DeleteTaskAsync(long key) => store.Database.WriteAsync(db => TransferTaskSqlTable.Delete(db, key));

    /// <summary>Completes a transfer task for whose result no run is waiting.</summary>
    public Task CompleteAsync(long key, TransferTask task) => AnswerAsync(key, task, static _ => false, static _ => null!);
}
