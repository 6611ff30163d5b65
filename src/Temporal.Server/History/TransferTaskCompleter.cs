using Temporal.Server.Storage;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Completes transfer tasks: deletes each task together with the change that answers it.</summary>
internal sealed class TransferTaskCompleter(WorkflowStore store)
{
    /// <summary>Records the answer to a transfer task in the requesting run, if the run is still waiting for it.</summary>
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

    /// <summary>Deletes the task of a run that was deleted in the meantime, because no later change of that run can delete the
    /// task.</summary>
    public Task DeleteTaskAsync(long key) => store.Database.WriteAsync(db => TransferTaskSqlTable.Delete(db, key));

    /// <summary>Completes a transfer task whose result no caller is waiting for.</summary>
    public Task CompleteAsync(long key, TransferTask task) => AnswerAsync(key, task, static _ => false, static _ => null!);
}
